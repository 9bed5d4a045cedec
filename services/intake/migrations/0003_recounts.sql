-- A change of the calendar has the limits of open cases counted again, none of them twice or never.

-- An acceptance that was counted by an older calendar and one that commits a newer edition do not see
-- each other. So the first takes the lock shared and looks last, the second takes it alone and looks
-- then: whichever gets it later sees the other's rows. Every statement here has a snapshot of its own.
CREATE FUNCTION recount_if_changed(edition bigint, cases text[]) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('banjian.calendar.' || current_schema(), 0));
    IF (SELECT count(*) FROM ref_calendar) <> edition THEN
        INSERT INTO deadlines (kind, key, due_at, try_at)
        SELECT 'recalculate', c, now(), now() FROM unnest(cases) AS c ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION recount_open(touched int) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.calendar.' || current_schema(), 0));
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT 'recalculate', c.project_no, now(), now() FROM case_row c
    WHERE c.state = 'accepted' AND c.counted_until IS NOT NULL
      AND touched BETWEEN extract(year FROM c.accepted_at AT TIME ZONE 'Asia/Shanghai')
                      AND extract(year FROM c.counted_until AT TIME ZONE 'Asia/Shanghai')
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
END $$;
