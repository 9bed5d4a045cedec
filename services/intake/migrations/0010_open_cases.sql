-- A case that is with approval has limits too: its state is another one since it is said.

CREATE OR REPLACE FUNCTION recount_open(touched int) RETURNS void LANGUAGE plpgsql
SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('banjian.calendar.' || current_schema(), 0));
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT 'recalculate', c.project_no, now(), now() FROM case_row c
    WHERE c.state IN ('accepted', 'in_review') AND c.counted_until IS NOT NULL
      AND touched BETWEEN extract(year FROM c.accepted_at AT TIME ZONE 'Asia/Shanghai')
                      AND extract(year FROM c.counted_until AT TIME ZONE 'Asia/Shanghai')
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
END $$;
