-- Records that were refused with a reason, as they came: a refused message is never lost (I08).
-- The reply to the sender is the event intake.record-refused.v1; this is what it was about.
-- Not part of the log: a row may be destroyed when its retention ends.

CREATE TABLE refused (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_source text        NOT NULL,
    record      text        NOT NULL,                   -- accept, process or result
    row_guid    text,
    project_no  text,
    reason_code text        NOT NULL,
    reason      text        NOT NULL,                   -- never quotes the record
    field       text,
    received_at timestamptz NOT NULL,
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32), -- SHA-256 of the plain body
    size_bytes  integer     NOT NULL,                   -- of the plain body
    body        bytea       NOT NULL,                   -- sealed by the vault key, about = digest
    UNIQUE (data_source, digest)
);

CREATE INDEX refused_row_guid ON refused (row_guid);
