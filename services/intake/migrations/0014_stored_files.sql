-- Uploaded files of persons (services/chassis/storage). The files stand outside, sealed; their keys
-- are fields of the person in the vault. Not part of the log. A row is written before its file, so
-- that no file stands anywhere that nobody knows of.

CREATE TABLE stored_file (
    place      text PRIMARY KEY CHECK (place ~ '^[0-9a-f]{32}$'),
    subject_id text NOT NULL CHECK (subject_id <> ''),
    arrived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kept_at    timestamptz                              -- NULL: no event tells of it (yet)
);
CREATE INDEX stored_file_arriving ON stored_file (arrived_at) WHERE kept_at IS NULL;
CREATE INDEX stored_file_subject ON stored_file (subject_id);

-- An event says that a file came: it must still be there. An hour later a sweep may have taken it.
CREATE FUNCTION keep_file(wanted text) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE stored_file SET kept_at = clock_timestamp() WHERE place = wanted;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the file was swept away before it was kept' USING ERRCODE = 'BJ005';
    END IF;
END $$;
