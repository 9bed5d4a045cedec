"""The five services of Banjian and the kernel and chassis they stand on."""
