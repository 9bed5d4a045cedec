-- Moments at which the service has to act, kept until it has acted. Only the database's clock counts.

-- due_at is the legal moment and never moves by itself; try_at is when it is looked at next: due_at at
-- first, the end of the lease while somebody has it, a later time after a failure.
CREATE TABLE deadlines (
    kind text NOT NULL CHECK (kind <> ''),
    key text NOT NULL,
    due_at timestamptz NOT NULL,
    try_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'parked')),
    attempts int NOT NULL DEFAULT 0,
    claim uuid,
    error text NOT NULL DEFAULT '',
    set_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, key)
) WITH (fillfactor = 70);
CREATE INDEX deadlines_try ON deadlines (try_at) WHERE state = 'pending';

-- Set these, or move those that are there; `unless_past` names moments at which it would be too late.
CREATE FUNCTION set_deadlines(kinds text[], keys text[], dues timestamptz[], unless_past timestamptz[])
RETURNS void LANGUAGE sql SET search_path FROM CURRENT AS $$
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT s.kind, s.key, s.due_at, s.due_at
    FROM unnest($1, $2, $3, $4) AS s(kind, key, due_at, late_at)
    WHERE s.late_at IS NULL OR s.late_at > now()
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.due_at,
        state = 'pending', attempts = 0, claim = NULL, error = '', set_at = clock_timestamp()
        WHERE d.due_at <> excluded.due_at
$$;

-- Take these out because they have fired: refused unless every one of them is still ours and as it was.
CREATE FUNCTION fire_deadlines(claim uuid, kinds text[], keys text[], dues timestamptz[])
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
#variable_conflict use_column
DECLARE
    gone int;
BEGIN
    DELETE FROM deadlines d USING unnest($2, $3, $4) AS f(kind, key, due_at)
    WHERE d.kind = f.kind AND d.key = f.key AND d.due_at = f.due_at AND d.claim = $1
      AND d.state = 'pending';
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone <> cardinality($2) THEN
        RAISE EXCEPTION 'of % deadlines only % are still ours to fire', cardinality($2), gone
            USING ERRCODE = 'BJ004';
    END IF;
END $$;

DO $$
DECLARE
    service text := current_setting('banjian.service_role');
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON deadlines TO %I', service);
END $$;
