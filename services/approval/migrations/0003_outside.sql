-- Rows of outside departments that took effect, each in its last state: known by
-- (data_source, row_guid). Not part of the log; what a row did stands in the events.

CREATE TABLE outside_row (
    data_source text        NOT NULL,
    row_guid    text        NOT NULL,
    record      text        NOT NULL,
    project_no  text        NOT NULL,
    source_time timestamptz NOT NULL,                   -- its cd_time; the later one holds
    retracted   boolean     NOT NULL,
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32), -- of what it says
    PRIMARY KEY (data_source, row_guid)
);
