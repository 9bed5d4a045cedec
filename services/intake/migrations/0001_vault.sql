-- Intake keeps personal data: the tables of services/chassis/vault.sql, as a test compares.

-- include: vault/vault.sql
