"""Exports of the logs for analysts: OCEL 2.0 (JSON, SQLite), XES, CSV and Parquet.

    vocabulary   what events, objects and relations are called: the one place that is data
    plans        a topic's contract and the vocabulary, turned once into what to take of an event
    window       which part of time
    lives        working days of a case or a task, by the kernel's calendar
    spool        everything taken, in a SQLite file on disk: memory stays flat
    ocel_json, ocel_sqlite, xes, flat    one writer a format, from the spool
    run          the way from the logs to the file

An export holds no pseudonym of an applicant: `vocabulary.PRIVATE` is never read.
"""
