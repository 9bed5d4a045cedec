-- Tamper evidence: trees over the ledger, their full tiles, signed checkpoints, what outsiders signed.
-- Everything here is only ever added to.

-- A tree starts with the log, or where the hash algorithm was changed: then its first leaf is the
-- note of the last checkpoint before it (`link`), and event `first` is the leaf after that one.
CREATE TABLE trees (
    tree int PRIMARY KEY CHECK (tree >= 1),
    origin text NOT NULL CHECK (origin ~ '^[^[:space:]+]+$'),
    algorithm text NOT NULL CHECK (algorithm IN ('sha-256', 'sm3')),
    first bigint NOT NULL CHECK (first >= 1),
    link bytea,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK ((tree = 1) = (link IS NULL))
);

-- Full tiles (C2SP tlog-tiles): 256 hashes of 32 bytes, and the root over them, which is the hash
-- with this index one level up. What is not full yet is read from the ledger, or from these roots.
CREATE TABLE tiles (
    tree int NOT NULL,
    level int NOT NULL CHECK (level BETWEEN 0 AND 5),
    index bigint NOT NULL CHECK (index >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    hashes bytea NOT NULL CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (tree, level, index)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;  -- hashes do not compress

-- Signed heads of a tree (C2SP tlog-checkpoint), with our own signatures only.
CREATE TABLE checkpoints (
    number bigint PRIMARY KEY CHECK (number >= 1),
    tree int NOT NULL REFERENCES trees,
    size bigint NOT NULL CHECK (size >= 1),
    position bigint NOT NULL,  -- the last event it covers
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    note text NOT NULL,
    reason text NOT NULL CHECK (reason IN ('schedule', 'published', 'rotation', 'switch', 'asked')),
    issued_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX checkpoints_by_position ON checkpoints (position, number);

-- Public keys (Ed25519): each signs from its first checkpoint to the next key's first, which both
-- sign.
CREATE TABLE audit_keys (
    since bigint PRIMARY KEY REFERENCES checkpoints,
    public bytea NOT NULL CHECK (octet_length(public) = 32)
);

-- Cosignatures of witnesses: a note's signature line.
CREATE TABLE cosignatures (
    number bigint NOT NULL REFERENCES checkpoints,
    witness text NOT NULL,
    line text NOT NULL,
    signed_at timestamptz NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (number, witness)
);

-- RFC 3161 time stamps over the note.
CREATE TABLE timestamps (
    number bigint NOT NULL REFERENCES checkpoints,
    authority text NOT NULL,
    token bytea NOT NULL,
    stamped_at timestamptz NOT NULL,
    kept_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (number, authority)
);

DO $$
DECLARE
    service text := current_setting('banjian.service_role');
    kept text;
BEGIN
    FOREACH kept IN ARRAY ARRAY['trees', 'tiles', 'checkpoints', 'audit_keys', 'cosignatures', 'timestamps'] LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting()', kept);
        EXECUTE format('REVOKE ALL ON %I FROM %I', kept, service);
        EXECUTE format('GRANT SELECT, INSERT ON %I TO %I', kept, service);
    END LOOP;
END $$;
