-- Intake's vault learns to find, to keep bodies and to say who opened what: the tables of
-- services/chassis/vault/access.sql, as a test compares.

-- include: vault/access.sql
