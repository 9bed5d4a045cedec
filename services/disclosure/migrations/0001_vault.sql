-- Disclosure keeps what is known about those who ask for information: the tables of
-- services/chassis/vault (vault.sql, then access.sql).

-- include: vault/vault.sql

-- include: vault/access.sql
