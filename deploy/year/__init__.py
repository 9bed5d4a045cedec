"""The county's year of the report, lived through by the real domain code and loaded in bulk.

Everything that happens is decided by the aggregates of the services; this package only says who
comes when, and for what. No server takes part: the facts are written as they are stored, into the
five logs, in the order in which they were recorded, and sealed by the sealer like any others. The
same seed gives the same bytes, and so the same leaf hashes.

plan      how much of everything there is: the report's figures, scaled
chance    chance that is the same for the same thing, in whatever order things are asked
days      who comes on which day and at which hour
world     what everybody knows: items, windows, villages, who decides
pen       facts as rows of the logs
tariffs   what is paid, so that the sums are the report's
lives     the lives of cases, certificates, requests, meetings ...; one module each
stream    all lives together, day by day, in the order of the logs
load      the rows into the database: in processes of their own, sealed, projected
"""
