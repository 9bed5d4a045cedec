"""Whole lists in and out: CSV, XLSX and JSON in the national field names, checked row by row.

formats         what kind of file it is; `tables`, `workbooks`, `jsons` read each, row by row
headers, names  column names: the national ones, and those of published lists
sources         the rows of any file, each with a reader of its kind
values, words   one cell -> a typed value, or what is wrong with it and what to do
kinds           rows of each kind -> what a command takes; with `implementation`, `parts`,
                `adjustments`
irregular       codes of published lists: kept, normalised where certain, flagged where not
plan            a whole file, checked: rows in the order they are applied, or all that is wrong
load            a plan through the catalog's commands, in one unit of work, or a dry run of it
jobs, running   imports that were asked for, and how far they are
export          the catalog out again, in the same format; `exported` makes rows of events
records         the same rows over `banjian.ingress`; `outside` takes or refuses them

Glossary
    row         one line of a table or one JSON object, with the line it stands on
    kind        what a row is about: basic, implementation, claim, department, ...
    list        清单, a published table of items in whatever columns its publisher chose
    flag        an irregularity of the source, by stable code; flagged rows are taken
"""
