-- What a service remembers about the bus: how far its relay is, what it has received, what is held.

-- The relay's saved position: everything up to it is confirmed by the broker.
CREATE TABLE relay (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0)
);
INSERT INTO relay DEFAULT VALUES;

-- Positions of each source whose effect is committed here. One row a source, updated in the same
-- transaction as the effect; contiguous in the long run, so it stays a handful of ranges.
CREATE TABLE inbox (
    source text PRIMARY KEY,
    done int8multirange NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);

-- Which generations of partition queues this service consumes. The lowest one that is not drained
-- is active; a partition is drained once its end marker has been received.
CREATE TABLE generation (
    number int PRIMARY KEY CHECK (number >= 1),
    partitions int NOT NULL CHECK (partitions >= 1),
    drained int[] NOT NULL DEFAULT '{}',
    retired boolean NOT NULL DEFAULT false
);

-- Messages that could not take effect yet, or never will.
CREATE TABLE held (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source text NOT NULL,
    subject text NOT NULL,
    position bigint,
    previous bigint NOT NULL DEFAULT 0,
    message_id text NOT NULL DEFAULT '',
    type text NOT NULL DEFAULT '',
    exchange text NOT NULL DEFAULT '',
    routing_key text NOT NULL DEFAULT '',
    content_type text NOT NULL DEFAULT '',
    headers jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL CHECK (state IN ('waiting', 'retrying', 'parked', 'discarded')),
    reason text NOT NULL,
    detail text NOT NULL DEFAULT '',
    attempts int NOT NULL DEFAULT 0,
    retry_at timestamptz NOT NULL DEFAULT 'infinity',
    held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    body bytea NOT NULL,
    sealed boolean NOT NULL DEFAULT false,
    digest bytea NOT NULL,
    decided_by text NOT NULL DEFAULT '',
    decided_why text NOT NULL DEFAULT '',
    decided_at timestamptz
);
-- A redelivery is not held twice: an event is known by its position, anything else by its bytes.
CREATE UNIQUE INDEX held_event ON held (source, position)
    WHERE position IS NOT NULL AND state <> 'discarded';
CREATE UNIQUE INDEX held_bytes ON held (source, digest)
    WHERE position IS NULL AND state <> 'discarded';
CREATE INDEX held_case ON held (source, subject, position, id) WHERE state <> 'discarded';
CREATE INDEX held_due ON held (retry_at) WHERE state IN ('waiting', 'retrying');

DO $$
DECLARE
    service text := current_setting('banjian.service_role');
BEGIN
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON relay, inbox, generation, held TO %I', service);
END $$;
