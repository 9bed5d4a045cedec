-- What a command took from memory holds only while nothing of its source has come in since.

-- Refused when the inbox of a source is not as it was seen ('' for none); seen as text.
CREATE FUNCTION unmoved(source text, seen text) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    IF coalesce((SELECT i.done::text FROM inbox AS i WHERE i.source = $1), '') <> seen THEN
        RAISE EXCEPTION 'something of % came in meanwhile', $1 USING ERRCODE = 'BJ006';
    END IF;
END $$;
