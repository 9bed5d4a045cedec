-- A key of a request may be what a caller knows of a person: none is kept as it was sent (DECISIONS 17).
-- Requests answered before are found under their new names.

UPDATE commands SET key = 'http/' || encode(sha256(convert_to(key, 'UTF8')), 'hex')
WHERE key ~ '^http/[^/]+/.+/.*$';
