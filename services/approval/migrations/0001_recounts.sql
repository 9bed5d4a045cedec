-- A change of the calendar has the limits of open processes counted again, none of them twice or never.

-- What was counted by an older calendar and what commits a newer edition do not see each other. So the
-- first takes the lock shared and looks last, the second takes it alone and looks then: whichever gets
-- it later sees the other's rows. Every statement here has a snapshot of its own.
CREATE FUNCTION recount_if_changed(edition bigint, processes text[]) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended('banjian.calendar.' || current_schema(), 0));
    IF (SELECT count(*) FROM ref_calendar) <> edition THEN
        INSERT INTO deadlines (kind, key, due_at, try_at)
        SELECT 'recalculate', p, now(), now() FROM unnest(processes) AS p ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- A deemed consent is counted again too: by the new calendar it may have come too early.
CREATE FUNCTION recount_open(touched int) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.calendar.' || current_schema(), 0));
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT 'recalculate', found.process_no, now(), now() FROM (
        SELECT t.process_no FROM task t
        WHERE t.state IN ('open', 'in_progress', 'deemed_consented') AND t.counted_until IS NOT NULL
          AND touched BETWEEN extract(year FROM t.ready_at AT TIME ZONE 'Asia/Shanghai')
                          AND extract(year FROM t.counted_until AT TIME ZONE 'Asia/Shanghai')
        UNION
        SELECT p.process_no FROM process p
        WHERE p.state = 'running' AND p.joint_due_at IS NOT NULL
          AND touched BETWEEN extract(year FROM p.started_at AT TIME ZONE 'Asia/Shanghai')
                          AND extract(year FROM p.joint_due_at AT TIME ZONE 'Asia/Shanghai')
    ) AS found
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
END $$;
