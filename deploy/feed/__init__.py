"""The outside world, imitated honestly: records of the national exchange, sent as others send them.

Nothing here knows the inside of a service. `receipt` reads a real event log, `county` invents a
working week of the county, `records` gives both the shape of `contracts/ingress`, and `sender`
publishes the catalog by HTTP and the records through the exchange `banjian.ingress`.
"""
