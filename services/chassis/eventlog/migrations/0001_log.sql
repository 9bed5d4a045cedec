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
    IF (SELECT before.xid FROM events before
        WHERE before.stream = NEW.stream AND before.version = NEW.version - 1) > NEW.xid THEN
        RAISE EXCEPTION 'an earlier event of the stream has a later transaction: load before the first write'
            USING ERRCODE = 'BJ001';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER in_order BEFORE INSERT ON events
    FOR EACH ROW WHEN (NEW.version > 1) EXECUTE FUNCTION refuse_inversion();

-- Seal up to `most` events: positions in commit order without gaps, RFC 6962 leaf hashes over
-- stream, version, recorded_at (microseconds since 2000), topic with its length, and state. One sealer
-- at a time; the insert's snapshot is taken after the lock, so it sees every position given before.
-- Only the indexes are right here, whatever the statistics said when the plan was made.
CREATE FUNCTION seal(most int) RETURNS int LANGUAGE plpgsql SET search_path FROM CURRENT
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    tip ledger%ROWTYPE;
    sealed int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.seal.' || current_schema(), 0));
    SELECT * INTO tip FROM ledger ORDER BY position DESC LIMIT 1;
    INSERT INTO ledger (position, xid, id, previous, leaf)
    SELECT p.position, p.xid, p.id,
           coalesce(p.before, (
               SELECT l.position FROM events b JOIN ledger l ON l.xid = b.xid AND l.id = b.id
               WHERE b.stream = p.stream AND b.version < p.version
               ORDER BY b.version DESC LIMIT 1), 0),
           p.leaf
    FROM (SELECT t.*, lag(t.position) OVER (PARTITION BY t.stream ORDER BY t.position) AS before
          FROM (SELECT e.xid, e.id, e.stream, e.version,
                       coalesce(tip.position, 0) + row_number() OVER (ORDER BY e.xid, e.id) AS position,
                       sha256('\x00'::bytea || uuid_send(e.stream) || int8send(e.version)
                           || timestamptz_send(e.recorded_at)
                           || int4send(octet_length(convert_to(e.topic, 'UTF8')))
                           || convert_to(e.topic, 'UTF8') || e.state) AS leaf
                FROM events e
                WHERE (e.xid, e.id) > (coalesce(tip.xid, '0'), coalesce(tip.id, 0))
                  AND e.xid < pg_snapshot_xmin(pg_current_snapshot())
                ORDER BY e.xid, e.id LIMIT most) t) p
    ORDER BY p.position;
    GET DIAGNOSTICS sealed = ROW_COUNT;
    RETURN sealed;
END $$;

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
