-- ledger_post: a batch of transfers, in order, in one call. Status and timestamp of each, by its number.
--
-- status: TigerBeetle's published numbers; -1 is "created" (their 0xFFFFFFFF as a signed int); 200 and up are
-- our own (see models.py). amounts: minor units; negative stands for "over 63 bits". Arrays from flags on may be
-- NULL: all zero, except ledgers (156) and codes (1). stamps: the user's timestamps of imported transfers.
-- fresh: the ids were never used before (they derive from a claimed command), so nobody looks for them.
-- now_ns: the moment; NULL is the server's clock; it never goes back. Isolation: READ COMMITTED.
--
-- Locks: accounts, in key order. Then: an account is suspect when the batch's debits alone, no credit counted,
-- do not fit. Refusing a transfer only lowers other accounts' debits and no credit was counted, so what touches no
-- suspect succeeds whatever else is refused. Only chains that touch a suspect or are odd in themselves go to
-- ledger_decide; all is then written set-based. Raises unique_violation when an id
-- appeared in another transaction while this ran: send the batch again.
CREATE OR REPLACE FUNCTION ledger_post(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], flags int[], codes int[], ledgers bigint[],
    pendings uuid[], user_data_128 uuid[], user_data_64 bigint[], user_data_32 bigint[], timeouts bigint[],
    stamps bigint[], spends smallint[], fresh boolean, now_ns bigint,
    OUT statuses int[], OUT timestamps bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    safe     CONSTANT bigint := 70368744177664;    -- 2^46: so many of these, added up, cannot overflow
    most     CONSTANT bigint := 9223372036854775807;
    zero     CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    n        int := cardinality(ids);
    now_here bigint;
    today    int;
    thisyear int;
    first_ts bigint;
    odd      int[];
    all_odd  boolean;
    suspects uuid[];
    history  boolean;
    pending  boolean;
    releases bigint[];
    closed_ids uuid[];
    closed_now boolean[];
BEGIN
    IF n = 0 OR n IS NULL THEN
        statuses := '{}'; timestamps := '{}';
        RETURN;
    END IF;
    SELECT greatest(last_value + 1, coalesce(now_ns, ledger_now())) INTO now_here FROM ledger_clock;
    today := ledger_day(now_here); thisyear := ledger_year(now_here);

    -- 1. Odd in themselves; and whether all of it must be decided in order (imports, amounts that might overflow).
    IF flags IS NULL AND pendings IS NULL AND timeouts IS NULL AND stamps IS NULL THEN
        SELECT array_agg(u.o::int) FILTER (WHERE u.id IN (zero, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                   OR u.debit = u.credit OR u.amount < 0 OR u.code = 0 OR u.ledger = 0),
               bool_or(u.amount > safe) OR n > 65536
        INTO   odd, all_odd
        FROM   unnest(ids, debits, credits, amounts, codes, ledgers)
               WITH ORDINALITY AS u (id, debit, credit, amount, code, ledger, o);
        pending := false;
    ELSE
        SELECT array_agg(u.o::int) FILTER (WHERE u.id IN (zero, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
                   OR u.debit = u.credit OR u.amount < 0 OR u.code = 0 OR u.ledger = 0
                   OR u.flag & ~3 <> 0 OR u.pending <> zero OR u.stamp <> 0
                   OR (u.timeout <> 0 AND (coalesce(u.flag, 0) & 2 = 0 OR now_here > 4000000000000000000))
                   OR (u.o = n AND u.flag & 1 <> 0)),
               coalesce(bool_or(u.flag & 256 <> 0), false) OR coalesce(bool_or(u.amount > safe AND coalesce(u.flag, 0) & 60 = 0), false)
                   OR n > 65536,
               coalesce(bool_or(u.flag & 2 <> 0), false)
        INTO   odd, all_odd, pending
        FROM   unnest(ids, debits, credits, amounts, codes, ledgers, flags, pendings, timeouts, stamps)
               WITH ORDINALITY
               AS u (id, debit, credit, amount, code, ledger, flag, pending, timeout, stamp, o);
    END IF;
    IF odd IS NOT NULL THEN
        -- Balancing and closing read or change what others depend on: their accounts are decided in order.
        SELECT array_agg(a.id) INTO suspects FROM (
            SELECT unnest(ARRAY[u.debit, u.credit]) AS id
            FROM   unnest(debits, credits, flags) AS u (debit, credit, flag) WHERE u.flag & 240 <> 0
            UNION
            SELECT unnest(ARRAY[t.debit_account, t.credit_account])
            FROM   transfer t WHERE t.id = ANY (pendings) AND t.flags & 192 <> 0) a;
        -- A pending transfer of this very batch that is posted or voided in it is decided too.
        IF pendings IS NOT NULL THEN
            odd := odd || ARRAY(SELECT u.o::int FROM unnest(ids) WITH ORDINALITY AS u (id, o)
                                WHERE u.id IN (SELECT unnest(pendings)) AND u.id <> zero);
        END IF;
    END IF;

    -- 2. Lock every account in key order, and find those that might refuse.
    WITH moved AS (
        SELECT m.id, sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit,
               sum(m.amount) FILTER (WHERE m.spend & 1 <> 0)::bigint AS limited,
               sum(m.amount) FILTER (WHERE m.spend & 2 <> 0)::bigint AS static,
               sum(m.amount) FILTER (WHERE m.spend & 4 <> 0)::bigint AS pinless,
               count(*) FILTER (WHERE m.spend & 4 <> 0) AS pinless_count,
               min(m.ledger) AS ledger_min, max(m.ledger) AS ledger_max
        FROM  (SELECT u.debit AS id, CASE WHEN u.amount BETWEEN 0 AND safe THEN u.amount ELSE 0 END AS debit, 0 AS credit,
                      CASE WHEN u.amount BETWEEN 0 AND safe THEN u.amount ELSE 0 END AS amount, u.spend, coalesce(u.ledger, 156) AS ledger
               FROM   unnest(debits, amounts, ledgers, spends, flags) AS u (debit, amount, ledger, spend, flag)
               WHERE  flags IS NULL OR u.flag & 12 = 0
               UNION ALL
               SELECT u.credit, 0, CASE WHEN u.amount BETWEEN 0 AND safe THEN u.amount ELSE 0 END, 0, NULL, coalesce(u.ledger, 156)
               FROM   unnest(credits, amounts, ledgers, flags) AS u (credit, amount, ledger, flag)
               WHERE  flags IS NULL OR u.flag & 12 = 0
               UNION ALL
               SELECT unnest(ARRAY[t.debit_account, t.credit_account]), 0, 0, 0, NULL, t.ledger
               FROM   transfer t WHERE t.id = ANY (pendings)) m
        GROUP BY m.id
    ), held AS MATERIALIZED (
        SELECT a.id, a.debits_pending + a.debits_posted AS out, a.credits_pending + a.credits_posted AS back,
               a.debits_posted, a.credits_posted, a.flags, a.ledger,
               a.day_max - CASE WHEN a.day >= today THEN a.day_used ELSE 0 END AS day_left,
               a.year_max - CASE WHEN a.year >= thisyear THEN a.year_used ELSE 0 END AS year_left,
               a.life_max - coalesce(a.life_used, 0) AS life_left,
               a.static_max - CASE WHEN a.day >= today THEN a.static_used ELSE 0 END AS static_left,
               a.pinless_max - CASE WHEN a.day >= today THEN a.pinless_used ELSE 0 END AS pinless_left,
               a.pinless_count_max - CASE WHEN a.day >= today THEN a.pinless_count ELSE 0 END AS count_left
        FROM   account a WHERE a.id IN (SELECT moved.id FROM moved)
        ORDER BY a.id FOR NO KEY UPDATE
    )
    SELECT suspects || array_agg(moved.id) FILTER (WHERE all_odd OR held.id IS NULL
               OR held.flags & 32 <> 0
               OR held.ledger <> moved.ledger_min OR held.ledger <> moved.ledger_max
               OR (held.flags & 2 <> 0 AND moved.debit > 0 AND moved.debit > held.credits_posted - held.out)
               OR (held.flags & 4 <> 0 AND moved.credit > 0 AND moved.credit > held.debits_posted - held.back)
               OR moved.debit > most - held.out OR moved.credit > most - held.back
               OR moved.limited > held.day_left OR moved.limited > held.year_left OR moved.limited > held.life_left
               OR moved.static > held.static_left OR moved.pinless > held.pinless_left
               OR moved.pinless_count > held.count_left),
           coalesce(bool_or(held.flags & 8 <> 0), false)
    INTO   suspects, history
    FROM   moved LEFT JOIN held USING (id);

    -- 3. Ids that stand already, failed already, or stand twice in the batch. (Locked: equal accounts have waited.)
    IF NOT coalesce(fresh, false) THEN
        odd := odd || ARRAY(
            SELECT u.o::int FROM unnest(ids) WITH ORDINALITY AS u (id, o)
            WHERE  u.id IN (SELECT t.id FROM transfer t WHERE t.id = ANY (ids)
                            UNION ALL SELECT f.id FROM transfer_failed f WHERE f.id = ANY (ids)
                            UNION ALL SELECT v.id FROM unnest(ids) AS v (id) GROUP BY v.id HAVING count(*) > 1));
    END IF;

    -- 4. The time, drawn while the accounts are locked.
    first_ts := ledger_draw(n, now_ns);

    -- 5. What depends on the order.
    IF all_odd OR cardinality(odd) > 0 OR cardinality(suspects) > 0 THEN
        flags := coalesce(flags, array_fill(0, ARRAY[n]));
        pendings := ARRAY(SELECT coalesce(u.p, zero) FROM unnest(ids, pendings) WITH ORDINALITY AS u (i, p, o)
                          ORDER BY u.o);
        codes := coalesce(codes, array_fill(1, ARRAY[n]));
        ledgers := coalesce(ledgers, array_fill(156::bigint, ARRAY[n]));
        user_data_128 := ARRAY(SELECT coalesce(u.d, zero)
                               FROM unnest(ids, user_data_128) WITH ORDINALITY AS u (i, d, o) ORDER BY u.o);
        user_data_64 := coalesce(user_data_64, array_fill(0::bigint, ARRAY[n]));
        user_data_32 := coalesce(user_data_32, array_fill(0::bigint, ARRAY[n]));
        timeouts := coalesce(timeouts, array_fill(0::bigint, ARRAY[n]));
        SELECT d.debits, d.credits, d.amounts, d.codes, d.ledgers, d.user_data_128, d.user_data_64, d.user_data_32,
               d.statuses, d.timestamps, d.releases, d.closed_ids, d.closed_now
        INTO   debits, credits, amounts, codes, ledgers, user_data_128, user_data_64, user_data_32,
               statuses, timestamps, releases, closed_ids, closed_now
        FROM   ledger_decide(odd, suspects, all_odd, first_ts, today, thisyear, ids, debits, credits, amounts, flags, codes, ledgers,
                   pendings, user_data_128, user_data_64, user_data_32, timeouts,
                   coalesce(stamps, array_fill(0::bigint, ARRAY[n])),
                   coalesce(spends, array_fill(0::smallint, ARRAY[n]))) d;
        IF NOT -1 = ANY (statuses) THEN
            INSERT INTO transfer_failed (id)
            SELECT DISTINCT u.id FROM unnest(ids, statuses) AS u (id, status) WHERE ledger_passing(u.status)
            ON CONFLICT DO NOTHING;
            RETURN;
        END IF;
        INSERT INTO transfer_failed (id)
        SELECT DISTINCT u.id FROM unnest(ids, statuses) AS u (id, status) WHERE ledger_passing(u.status)
        ON CONFLICT DO NOTHING;
    ELSE
        statuses := array_fill(-1, ARRAY[n]);
        SELECT array_agg(g) INTO timestamps FROM generate_series(first_ts, first_ts + n - 1) g;
    END IF;

    -- 6. Write: transfers, balances.
    INSERT INTO transfer (id, debit_account, credit_account, amount, ts, ledger, code, flags,
                          pending_id, user_data_128, user_data_64, user_data_32, timeout)
    SELECT u.id, u.debit, u.credit, u.amount, u.ts, coalesce(u.ledger, 156), coalesce(u.code, 1),
           coalesce(u.flag, 0), nullif(u.pending, zero), nullif(u.u128, zero), nullif(u.u64, 0), nullif(u.u32, 0),
           nullif(u.timeout, 0)
    FROM   unnest(ids, debits, credits, amounts, timestamps, ledgers, codes, flags, pendings, user_data_128,
                  user_data_64, user_data_32, timeouts, statuses)
           AS u (id, debit, credit, amount, ts, ledger, code, flag, pending, u128, u64, u32, timeout, status)
    WHERE  u.status = -1;

    IF history THEN
        INSERT INTO account_balance (account, ts, debits_pending, debits_posted, credits_pending, credits_posted)
        SELECT a.id, m.ts, a.debits_pending + m.dp, a.debits_posted + m.dpo,
               a.credits_pending + m.cp, a.credits_posted + m.cpo
        FROM  (SELECT e.id, e.ts, sum(e.dp) OVER w AS dp, sum(e.dpo) OVER w AS dpo,
                      sum(e.cp) OVER w AS cp, sum(e.cpo) OVER w AS cpo
               FROM  (SELECT s.id, v.ts, s.dp, s.dpo, s.cp, s.cpo
                      FROM   ledger_moves(debits, credits, amounts, flags, releases, statuses, timestamps) v,
                             LATERAL (VALUES (v.debit, v.pend, v.post, 0, 0), (v.credit, 0, 0, v.pend, v.post))
                             AS s (id, dp, dpo, cp, cpo)) e
               WINDOW w AS (PARTITION BY e.id ORDER BY e.ts ROWS UNBOUNDED PRECEDING)) m
        JOIN   account a ON a.id = m.id
        WHERE  a.flags & 8 <> 0;
    END IF;

    IF flags IS NULL AND spends IS NULL THEN
        UPDATE account a
        SET    debits_posted = a.debits_posted + m.debit, credits_posted = a.credits_posted + m.credit
        FROM  (SELECT s.id, sum(s.debit) AS debit, sum(s.credit) AS credit
               FROM  (SELECT u.debit AS id, u.amount AS debit, 0 AS credit FROM unnest(debits, amounts) AS u (debit, amount)
                      UNION ALL
                      SELECT u.credit, 0, u.amount FROM unnest(credits, amounts) AS u (credit, amount)) s
               GROUP BY s.id) m
        WHERE  a.id = m.id;
    ELSE
        UPDATE account a
        SET    debits_pending = a.debits_pending + m.dp, debits_posted = a.debits_posted + m.dpo,
               credits_pending = a.credits_pending + m.cp, credits_posted = a.credits_posted + m.cpo
        FROM  (SELECT s.id, sum(s.dp) AS dp, sum(s.dpo) AS dpo, sum(s.cp) AS cp, sum(s.cpo) AS cpo
               FROM   ledger_moves(debits, credits, amounts, flags, releases, statuses, timestamps) v,
                      LATERAL (VALUES (v.debit, v.pend, v.post, 0, 0), (v.credit, 0, 0, v.pend, v.post))
                      AS s (id, dp, dpo, cp, cpo)
               GROUP BY s.id) m
        WHERE  a.id = m.id;
    END IF;

    -- 7. Spend windows, closed flags, pending transfers: only where there are any.
    IF spends IS NOT NULL THEN
        UPDATE account a
        SET    day = greatest(a.day, today),
               day_used = CASE WHEN a.day >= today THEN a.day_used ELSE 0 END + m.limited,
               static_used = CASE WHEN a.day >= today THEN a.static_used ELSE 0 END + m.static,
               pinless_used = CASE WHEN a.day >= today THEN a.pinless_used ELSE 0 END + m.pinless,
               pinless_count = CASE WHEN a.day >= today THEN a.pinless_count ELSE 0 END + m.pinless_count,
               year = greatest(a.year, thisyear),
               year_used = CASE WHEN a.year >= thisyear THEN a.year_used ELSE 0 END + m.limited,
               life_used = coalesce(a.life_used, 0) + m.limited
        FROM  (SELECT u.debit AS id,
                      coalesce(sum(u.amount) FILTER (WHERE u.spend & 1 <> 0), 0) AS limited,
                      coalesce(sum(u.amount) FILTER (WHERE u.spend & 2 <> 0), 0) AS static,
                      coalesce(sum(u.amount) FILTER (WHERE u.spend & 4 <> 0), 0) AS pinless,
                      count(*) FILTER (WHERE u.spend & 4 <> 0) AS pinless_count
               FROM   unnest(debits, amounts, spends, statuses, flags) AS u (debit, amount, spend, status, flag)
               WHERE  u.status = -1 AND u.spend <> 0 AND coalesce(u.flag, 0) & 12 = 0
               GROUP BY u.debit) m
        WHERE  a.id = m.id;
    END IF;
    IF closed_ids IS NOT NULL THEN
        UPDATE account a SET flags = CASE WHEN u.closed THEN a.flags | 32 ELSE a.flags & ~32 END
        FROM   unnest(closed_ids, closed_now) AS u (id, closed) WHERE a.id = u.id;
    END IF;
    IF pending THEN
        INSERT INTO transfer_pending (id, debit_account, credit_account, amount, ts, flags, expires_at, status)
        SELECT u.id, u.debit, u.credit, u.amount, u.ts, u.flag, u.ts + nullif(u.timeout, 0) * 1000000000, 1
        FROM   unnest(ids, debits, credits, amounts, timestamps, flags, timeouts, statuses)
               AS u (id, debit, credit, amount, ts, flag, timeout, status)
        WHERE  u.status = -1 AND u.flag & 2 <> 0;
    END IF;
    IF releases IS NOT NULL THEN
        UPDATE transfer_pending p SET status = CASE WHEN u.flag & 4 <> 0 THEN 2 ELSE 3 END, resolved_at = u.ts
        FROM   unnest(pendings, flags, timestamps, statuses) AS u (pending, flag, ts, status)
        WHERE  p.id = u.pending AND u.status = -1 AND u.flag & 12 <> 0;
    END IF;
END $$;

-- ledger_moves: what each created transfer of a batch adds to the pending and posted sums of its two accounts.
CREATE OR REPLACE FUNCTION ledger_moves(
    debits uuid[], credits uuid[], amounts bigint[], flags int[], releases bigint[], statuses int[], timestamps bigint[]
) RETURNS TABLE (debit uuid, credit uuid, pend bigint, post bigint, ts bigint)
LANGUAGE sql IMMUTABLE AS $$
    SELECT u.debit, u.credit,
           CASE WHEN u.flag & 2 <> 0 THEN u.amount WHEN u.flag & 12 <> 0 THEN -u.release ELSE 0 END,
           CASE WHEN u.flag & 10 <> 0 THEN 0 ELSE u.amount END,
           u.ts
    FROM   unnest(debits, credits, amounts, flags, releases, statuses, timestamps)
           AS u (debit, credit, amount, flag, release, status, ts)
    WHERE  u.status = -1
$$;
