-- Imports that were asked for, and how far they are. Not part of the log: a row may be deleted
-- when nobody asks for it any more; what an import did stands in the events.

CREATE TABLE import_job (
    id          uuid PRIMARY KEY,
    state       text        NOT NULL CHECK (state IN
                ('QUEUED', 'RUNNING', 'DONE', 'REFUSED', 'FAILED', 'INTERRUPTED')),
    stage       text        NOT NULL DEFAULT '',        -- READING, APPLYING
    file_name   text        NOT NULL,
    spool       text        NOT NULL,                   -- where the file is while the job runs
    format      text        NOT NULL,
    kind        text        NOT NULL,
    dry_run     boolean     NOT NULL,
    account     text        NOT NULL,
    correlation text        NOT NULL,
    size_bytes  bigint      NOT NULL,
    asked_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    began_at    timestamptz,
    ended_at    timestamptz,
    row_count   integer     NOT NULL DEFAULT 0,         -- rows read
    done        integer     NOT NULL DEFAULT 0,         -- rows judged against the catalog
    wrong       integer     NOT NULL DEFAULT 0,         -- errors found, shown or not
    report      jsonb       NOT NULL DEFAULT '{}'
);
CREATE INDEX import_job_asked ON import_job (asked_at DESC, id);

CREATE TABLE import_error (
    job    uuid    NOT NULL REFERENCES import_job ON DELETE CASCADE,
    number integer NOT NULL,
    line   integer NOT NULL,
    sheet  text    NOT NULL,
    kind   text    NOT NULL,
    field  text    NOT NULL,
    rule   text    NOT NULL,
    reason text    NOT NULL,
    remedy text    NOT NULL,
    PRIMARY KEY (job, number)
);

-- Whoever runs a job holds this lock on it; when nobody does, it was interrupted.
CREATE FUNCTION import_lock(job uuid) RETURNS bigint IMMUTABLE LANGUAGE sql
RETURN hashtextextended('banjian.import.' || job, 0);

-- Ends a running job in the transaction of its effect, so that both are there or neither. A job that
-- was given up meanwhile can have no effect any more.
CREATE FUNCTION import_ends(job uuid, said text, of_rows integer, errors integer, told jsonb)
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE import_job SET state = said, stage = '', ended_at = clock_timestamp(),
           done = of_rows, wrong = errors, report = told
    WHERE id = job AND state IN ('QUEUED', 'RUNNING');
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the import % has been given up', job USING ERRCODE = 'BJ005';
    END IF;
END $$;

-- Records of outside systems that were refused, as they came: a refused message is never lost.
-- The reply to the sender is the event catalog.record-refused.v1. Catalog rows name nobody.
CREATE TABLE refused (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_source text        NOT NULL,
    record      text        NOT NULL,
    row_guid    text,
    subject     text,                                   -- business key, as far as it can be read
    reason_code text        NOT NULL,
    reason      text        NOT NULL,                   -- never quotes the record
    field       text,
    received_at timestamptz NOT NULL,
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32), -- SHA-256 of the body
    body        bytea       NOT NULL,
    UNIQUE (data_source, digest)
);
CREATE INDEX refused_row_guid ON refused (row_guid);

-- Rows of outside systems that took effect, each in its last state: known by (data_source, row_guid).
CREATE TABLE outside_row (
    data_source text        NOT NULL,
    row_guid    text        NOT NULL,
    record      text        NOT NULL,
    subject     text        NOT NULL,
    source_time timestamptz NOT NULL,                   -- its cd_time; the later one holds
    retracted   boolean     NOT NULL,
    digest      bytea       NOT NULL CHECK (octet_length(digest) = 32), -- of what it says
    PRIMARY KEY (data_source, row_guid)
);
