-- Disclosure keeps what is known about those who ask for information: the tables of
-- services/chassis/vault (vault.sql, then access.sql).

-- Personal data of one service, sealed (services/chassis/vault.py). Names no schema: it is applied in
-- the service's own. Not part of the log: rows may be changed and destroyed.
-- The service's role needs SELECT, INSERT, UPDATE, DELETE on all three.

CREATE TABLE vault_subject (
    subject_id text PRIMARY KEY CHECK (subject_id <> ''),
    wrapped    bytea,                                   -- the person's key, sealed by the vault key; NULL: erased
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at  timestamptz,
    CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
);

CREATE TABLE vault_field (
    subject_id text NOT NULL REFERENCES vault_subject,
    name       text NOT NULL CHECK (name <> ''),
    sealed     bytea NOT NULL,
    PRIMARY KEY (subject_id, name)
);

CREATE TABLE vault_hold (
    subject_id text NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),      -- case number
    PRIMARY KEY (subject_id, reason)
);

-- Finding, holding, parked bodies and the log of who opened what (services/chassis/vault). Names no
-- schema. Comes after the tables of vault.sql; nothing of it is part of the event log.

ALTER TABLE vault_field ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE vault_field ALTER COLUMN stored_at SET DEFAULT clock_timestamp();

-- A hold that has ended stays, so that it is known which cases a person had.
ALTER TABLE vault_hold ADD COLUMN kind text NOT NULL DEFAULT 'case'
    CHECK (kind IN ('case', 'reconsideration', 'litigation', 'retention'));
ALTER TABLE vault_hold ADD COLUMN released_at timestamptz;
CREATE INDEX vault_hold_reason ON vault_hold (reason);

-- Keyed hash of the identity number. `digest` begins with its algorithm and the id of its key.
CREATE TABLE vault_index (
    subject_id text NOT NULL REFERENCES vault_subject,
    kind       text NOT NULL CHECK (kind IN ('resident_id', 'uscc', 'document')),
    digest     bytea NOT NULL CHECK (octet_length(digest) = 41),
    PRIMARY KEY (subject_id, kind)
);
CREATE INDEX vault_index_digest ON vault_index (digest);

-- The key of one parked or refused body. The body stands elsewhere and goes into every backup;
-- without this row it is noise.
CREATE TABLE vault_body (
    id         bytea PRIMARY KEY CHECK (octet_length(id) = 16),
    wrapped    bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Who opened what, and why. Never a value. Kept six months at least (Cybersecurity Law, art. 21).
CREATE TABLE vault_access (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    action     text NOT NULL CHECK (action IN ('view', 'search', 'export', 'erase', 'body')),
    who        text NOT NULL CHECK (who <> ''),
    role       text NOT NULL CHECK (role <> ''),
    purpose    text NOT NULL CHECK (purpose <> ''),
    subject_id text,                                    -- NULL: nobody was found, or a body of unknown persons
    fields     text[] NOT NULL,                         -- names of fields; masked ones end in '*'
    correlation_id text NOT NULL DEFAULT ''
);
CREATE INDEX vault_access_subject ON vault_access (subject_id, id);

CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_LEVEL = 'ROW' THEN
        IF OLD.at < now() - interval '6 months' THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'the access log is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'BJ003';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON vault_access
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_forgetting();
CREATE TRIGGER six_months BEFORE DELETE ON vault_access
    FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();

-- Destroy these persons' keys, fields and entries, unless a hold stands. The rows are locked first and
-- the holds read after that, in a snapshot of their own: whoever sets one takes the same lock.
CREATE FUNCTION erase_subjects(subjects text[]) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM FROM vault_subject WHERE subject_id = ANY(subjects) ORDER BY subject_id FOR UPDATE;
    IF EXISTS (SELECT FROM vault_hold WHERE subject_id = ANY(subjects) AND released_at IS NULL) THEN
        RAISE EXCEPTION 'a hold was set meanwhile' USING ERRCODE = 'BJ005';
    END IF;
    DELETE FROM vault_index WHERE subject_id = ANY(subjects);
    DELETE FROM vault_field WHERE subject_id = ANY(subjects);
    UPDATE vault_subject SET wrapped = NULL, erased_at = clock_timestamp()
    WHERE subject_id = ANY(subjects) AND wrapped IS NOT NULL;
END $$;

DO $$
DECLARE
    service text := coalesce(current_setting('banjian.service_role', true), '');
BEGIN
    IF service <> '' THEN
        EXECUTE format('REVOKE ALL ON vault_access FROM %I', service);
        EXECUTE format('GRANT SELECT ON vault_access TO %I', service);
        EXECUTE format('GRANT INSERT (action, who, role, purpose, subject_id, fields, correlation_id)'
                       ' ON vault_access TO %I', service);
    END IF;
END $$;
