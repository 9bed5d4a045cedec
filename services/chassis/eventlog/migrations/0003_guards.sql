-- Exactly once, decided by the row itself.

-- Add positions to the inbox of a source; refused when any of them is there already.
CREATE FUNCTION receive(source text, new int8multirange) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
#variable_conflict use_column
BEGIN
    UPDATE inbox SET done = done + new WHERE inbox.source = $1 AND NOT done && new;
    IF NOT FOUND THEN
        INSERT INTO inbox (source, done) VALUES ($1, new) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'of % some of % is done already', $1, new USING ERRCODE = 'BJ002';
        END IF;
    END IF;
END $$;

-- The library's way of tracking: position n says that everything up to n is done.
CREATE FUNCTION track(source text, upto bigint) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO inbox (source, done)
    VALUES ($1, int8multirange(int8range(1, $2, '[]')))
    ON CONFLICT ON CONSTRAINT inbox_pkey DO UPDATE SET done = excluded.done
        WHERE upper(inbox.done) <= $2;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'position % of % is tracked already', $2, $1 USING ERRCODE = 'BJ002';
    END IF;
END $$;
