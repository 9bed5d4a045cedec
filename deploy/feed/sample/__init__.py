"""The county of the report, invented down to the last row and the same for the same seed.

Every number is the report's (DOMAIN.md 1.7, 1.8); every name and code is a placeholder. The rows
are those of the catalog's import format, in the order in which an import applies them.

blocks    how many items of each kind there are, and what the year does to them
amounts   limits, steps, materials and visits, drawn so that their sums are the report's
items     an item and its versions; names and codes
listings  one version as a row, in the national field names
house     regions, departments, windows, staff, delegations, seals
changes   the year's adjustments, schemes
claims    the basic directory, and who claims what
figures   the report's figures, counted from the rows alone
rows      all of it together

The 30 non-licence approvals (非行政许可审批) take no cases from the last day of the year before and
leave the basic directory in the year: the report counts them beside the 8 cancelled items.
"""
