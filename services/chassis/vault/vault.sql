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
