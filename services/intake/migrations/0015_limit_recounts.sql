-- A change of the calendar has the other limits in working days counted again: tickets, the contact
-- after a bad rating, village certificates, hand-overs, the applicant's days for corrections.
--
-- Each of them that is open has its deadline; that names it. One that was counted by the edition before
-- and commits a moment later is found by the second look.

CREATE FUNCTION recount_limits(touched int, watched text[], again boolean) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO deadlines AS d (kind, key, due_at, try_at)
    SELECT 'limit_recount', o.kind || ':' || o.key, now(), now() FROM deadlines o
    WHERE o.kind = ANY (watched) AND o.state = 'pending'
      AND touched BETWEEN extract(year FROM o.set_at AT TIME ZONE 'Asia/Shanghai')
                      AND extract(year FROM o.due_at AT TIME ZONE 'Asia/Shanghai')
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
        state = 'pending', attempts = 0, claim = NULL, error = '';
    IF again THEN
        INSERT INTO deadlines AS d (kind, key, due_at, try_at)
        SELECT 'limit_sweep', touched::text, now() + interval '10 minutes', now() + interval '10 minutes'
        ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, try_at = excluded.try_at,
            state = 'pending', attempts = 0, claim = NULL, error = '';
    END IF;
END $$;
