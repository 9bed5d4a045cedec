-- The catalog's read side: one row a published version.

CREATE TABLE item_version (
    item_code            text        NOT NULL,
    item_version         integer     NOT NULL,
    name                 text        NOT NULL,
    item_type            text        NOT NULL,   -- GB/T 39046-2020 A.1
    case_type            text        NOT NULL,
    department           text        NOT NULL,
    department_name      text        NOT NULL,
    statutory_limit_days integer     NOT NULL,   -- working days
    promised_limit_days  integer     NOT NULL,   -- working days
    lists                text        NOT NULL,   -- names joined by a comma
    effective_from       timestamptz NOT NULL,
    published_at         timestamptz NOT NULL,
    retroactive          boolean     NOT NULL,
    PRIMARY KEY (item_code, item_version)
);

CREATE INDEX item_version_department ON item_version (department, item_code);
