-- The event log of one service and its ledger. Applied in every service's schema, owned by banjian_owner.
-- `banjian.service_role` is set by the migration to the role the service logs in with.

-- xid is the writer's transaction: (xid, id) below every open transaction is the only order in which
-- nothing can appear later behind a reader. A writer gives stream, version, topic and state; the
-- rest is the database's word.
CREATE TABLE events (
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    id bigint GENERATED ALWAYS AS IDENTITY,
    stream uuid NOT NULL,
    version int NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (xid, id),
    UNIQUE (stream, version)
);

-- Position, previous position of the same stream (0: none) and RFC 6962 leaf hash of every sealed event.
CREATE TABLE ledger (
    position bigint PRIMARY KEY,
    xid xid8 NOT NULL,
    id bigint NOT NULL,
    previous bigint NOT NULL,
    leaf bytea NOT NULL,
    UNIQUE (xid, id)
);

-- Idempotency keys: what was asked and what was answered, in the transaction of its events.
CREATE TABLE commands (
    key text PRIMARY KEY,
    request bytea NOT NULL,
    result bytea NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Shortcuts for long streams; may be thrown away at any time.
CREATE TABLE snapshots (
    stream uuid NOT NULL,
    version int NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (stream, version)
);

CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'BJ003';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

-- A stream's versions must come in the order of their transactions. A transaction that wrote before it
-- loaded can break that (its xid is the older one), so it is refused and tried again in a new one.
CREATE FUNCTION refuse_inversion() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN events before
               ON before.stream = a.stream AND before.version = a.version - 1
               WHERE before.xid > a.xid) THEN
        RAISE EXCEPTION 'an earlier event of the stream has a later transaction: load before the first write'
            USING ERRCODE = 'BJ001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER in_order AFTER INSERT ON events REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_inversion();

-- For people in psql: the log with its positions, the state as jsonb.
CREATE VIEW log AS
    SELECT l.position, l.previous, e.stream, e.version, e.topic, e.recorded_at,
           convert_from(e.state, 'UTF8')::jsonb AS state, l.leaf
    FROM events e LEFT JOIN ledger l USING (xid, id);

DO $$
DECLARE
    service text := current_setting('banjian.service_role');
BEGIN
    EXECUTE format('REVOKE ALL ON events, ledger, commands, log FROM %I', service);
    EXECUTE format('GRANT SELECT, INSERT (stream, version, topic, state) ON events TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT ON ledger TO %I', service);
    EXECUTE format('GRANT SELECT, INSERT ON commands TO %I', service);
    EXECUTE format('GRANT SELECT ON log TO %I', service);
END $$;
