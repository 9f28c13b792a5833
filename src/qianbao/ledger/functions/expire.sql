-- ledger_expire: give back what pending transfers hold whose time is over, at most `row_limit` of them, the
-- longest overdue first. How many. A closing transfer's account opens again. Locks in key order.
CREATE OR REPLACE FUNCTION ledger_expire(row_limit int, now_ns bigint) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    due      uuid[];
    first_ts bigint;
    moment   bigint;
    expired  int;
BEGIN
    SELECT greatest(last_value, coalesce(now_ns, ledger_now())) INTO moment FROM ledger_clock;
    SELECT array_agg(d.id) INTO due FROM (
        SELECT p.id FROM transfer_pending p
        WHERE  p.status = 1 AND p.expires_at <= moment
        ORDER BY p.expires_at, p.ts LIMIT row_limit) d;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    PERFORM FROM account a
    WHERE  a.id IN (SELECT unnest(ARRAY[p.debit_account, p.credit_account])
                    FROM transfer_pending p WHERE p.id = ANY (due))
    ORDER BY a.id FOR NO KEY UPDATE;
    -- Locked: those that were posted or voided meanwhile fall out.
    SELECT array_agg(p.id ORDER BY p.expires_at, p.ts) INTO due
    FROM   transfer_pending p WHERE p.id = ANY (due) AND p.status = 1;
    IF due IS NULL THEN
        RETURN 0;
    END IF;
    expired := cardinality(due);
    first_ts := ledger_draw(expired, now_ns);
    UPDATE account a
    SET    debits_pending = a.debits_pending - m.debit, credits_pending = a.credits_pending - m.credit,
           touched_at = first_ts + expired - 1,
           flags = CASE WHEN m.opened THEN a.flags & ~32 ELSE a.flags END
    FROM  (SELECT s.id, sum(s.debit) AS debit, sum(s.credit) AS credit, bool_or(s.opened) AS opened
           FROM   transfer_pending p,
                  LATERAL (VALUES (p.debit_account, p.amount, 0, p.flags & 64 <> 0),
                                  (p.credit_account, 0, p.amount, p.flags & 128 <> 0))
                  AS s (id, debit, credit, opened)
           WHERE  p.id = ANY (due)
           GROUP BY s.id) m
    WHERE  a.id = m.id;
    UPDATE transfer_pending p SET status = 4, resolved_at = first_ts + u.o - 1
    FROM   unnest(due) WITH ORDINALITY AS u (id, o) WHERE p.id = u.id;
    RETURN expired;
END $$;
