-- A change of the calendar has the limits of open requests counted again, none of them never.

-- What was counted by an older calendar and what commits a newer edition do not see each other. So the
-- first takes the lock shared and looks last, the second takes it alone and looks then: whichever gets
-- it later sees the other's rows. Every statement here has a snapshot of its own.
CREATE FUNCTION recount_if_changed(edition bigint, requests text[]) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('banjian.calendar.' || current_schema(), 0));
    IF (SELECT count(*) FROM ref_calendar) <> edition THEN
        INSERT INTO deadlines (kind, key, due_at, try_at)
        SELECT 'foi_recount', r, now(), now() FROM unnest(requests) AS r ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION recount_open(touched int) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.calendar.' || current_schema(), 0));
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT 'foi_recount', f.request_no, now(), now() FROM foi f
    WHERE f.state IN ('registered', 'in_review')
      AND touched >= extract(year FROM f.received_on)
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
END $$;
