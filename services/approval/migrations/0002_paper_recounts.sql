-- A change of the calendar has issuing limits and letters counted again, none of them twice or never.

-- As in 0001: the first takes the lock shared and looks last, the second takes it alone and looks then.
CREATE FUNCTION recount_papers_if_changed(edition bigint, recount text, counted text)
RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('banjian.calendar.' || current_schema(), 0));
    IF (SELECT count(*) FROM ref_calendar) <> edition THEN
        INSERT INTO deadlines (kind, key, due_at, try_at) VALUES (recount, counted, now(), now())
        ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION recount_papers(touched int) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.calendar.' || current_schema(), 0));
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT found.kind, found.key, now(), now() FROM (
        SELECT 'issuing_recount' AS kind, i.decision_no AS key FROM decision_row i
        WHERE i.due_at IS NOT NULL AND i.served_at IS NULL
          AND touched BETWEEN extract(year FROM i.issued_at AT TIME ZONE 'Asia/Shanghai')
                          AND extract(year FROM i.due_at AT TIME ZONE 'Asia/Shanghai')
        UNION ALL
        SELECT 'commitment_recount', c.commitment_no FROM commitment_row c
        WHERE c.state IN ('signed', 'decided') AND c.due_at IS NOT NULL
          AND touched BETWEEN extract(year FROM c.requested_at AT TIME ZONE 'Asia/Shanghai')
                          AND extract(year FROM c.due_at AT TIME ZONE 'Asia/Shanghai')
    ) AS found
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
END $$;
