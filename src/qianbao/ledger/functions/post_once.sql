-- ledger_post_once: one try of ledger_post.
--
-- All that is plain in itself is written at once: the transfers first, since that needs no lock, then the accounts,
-- in key order, as if all succeeded. An account is suspect when the batch's debits alone, no credit counted, did
-- not fit what it had. Refusing a transfer only lowers other accounts' debits and no credit was counted, so what
-- touches no suspect succeeds whatever else is refused. Only the chains that touch a suspect or hold something odd
-- go to ledger_decide, and what was written is corrected by what it finds.
--
-- first_ts: the first of n nanoseconds, drawn before the accounts are locked, so that two batches overlap more. That
-- is right when no account was touched at a later time; else this raises QB001. NULL: lock first, then draw.
-- careful: write nothing in advance, decide everything.
CREATE OR REPLACE FUNCTION ledger_post_once(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], flags int[], codes int[], ledgers bigint[],
    pendings uuid[], user_data_128 uuid[], user_data_64 bigint[], user_data_32 bigint[], timeouts bigint[],
    stamps bigint[], spends smallint[], fresh boolean, careful boolean, first_ts bigint, now_ns bigint,
    OUT statuses int[], OUT timestamps bigint[]
) LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off    -- a nested loop over sorted ids locks in key order,
SET enable_seqscan = off                                -- by the index, however small the table was when planned
AS $$
#variable_conflict use_variable
DECLARE
    safe     CONSTANT bigint := 70368744177664;         -- 2^46: 65,536 of these add up to less than 2^63
    most     CONSTANT bigint := 9223372036854775807;
    zero     CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    full_id  CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    n        int := cardinality(ids);
    now_here bigint;
    today    int;
    thisyear int;
    last_ts  bigint;
    late     boolean;
    known    int[];
    odd      int[];
    sure     bigint[] := amounts;
    all_odd  boolean;
    pending  boolean := false;
    one_ledger bigint := 156;
    other_ledger bigint := 156;
    suspects uuid[];
    suspects_more uuid[];
    asked    bigint;
    found    bigint;
    history  boolean;
    decided  boolean := false;
    releases bigint[];
    closed_ids uuid[];
    closed_now boolean[];
BEGIN
    now_here := first_ts;
    IF first_ts IS NULL THEN
        SELECT greatest(last_value + 1, coalesce(now_ns, ledger_now())) INTO now_here FROM ledger_clock;
    END IF;

    -- 1. What is odd in itself; and whether all must be decided (imports, amounts whose sum might overflow).
    IF pendings IS NULL AND timeouts IS NULL AND stamps IS NULL AND NOT careful THEN
        SELECT array_agg(u.o::int) FILTER (WHERE u.id = zero OR u.id = full_id OR u.debit = u.credit
                   OR u.amount < 0 OR u.code = 0 OR u.ledger = 0 OR u.flag & ~3 <> 0 OR (u.o = n AND u.flag & 1 <> 0)),
               bool_or(u.amount > safe AND coalesce(u.flag, 0) & 60 = 0) OR bool_or(u.flag & 256 <> 0) OR n > 65536,
               bool_or(u.flag & 2 <> 0), min(u.ledger), max(u.ledger)
        INTO   odd, all_odd, pending, one_ledger, other_ledger
        FROM   unnest(ids, debits, credits, amounts, codes, ledgers, flags)
               WITH ORDINALITY AS u (id, debit, credit, amount, code, ledger, flag, o);
        IF odd IS NOT NULL THEN
            careful := true;                            -- seldom: count and mark again, in full
        END IF;
    END IF;
    IF careful OR pendings IS NOT NULL OR timeouts IS NOT NULL OR stamps IS NOT NULL THEN
        SELECT array_agg(u.o::int) FILTER (WHERE NOT u.plain),
               bool_or(u.flag & 256 <> 0) OR bool_or(u.amount > safe AND coalesce(u.flag, 0) & 60 = 0)
                   OR n > 65536 OR (careful AND odd IS NULL),
               bool_or(u.flag & 2 <> 0), min(u.ledger), max(u.ledger),
               array_agg(CASE WHEN u.plain THEN u.amount END ORDER BY u.o)
        INTO   odd, all_odd, pending, one_ledger, other_ledger, sure
        FROM  (SELECT v.o, v.amount, v.ledger, v.flag,
                      (v.id = zero OR v.id = full_id OR v.debit = v.credit OR v.amount < 0 OR v.code = 0
                       OR v.ledger = 0 OR v.flag & ~3 <> 0 OR v.pending <> zero OR v.stamp <> 0
                       OR (v.timeout <> 0
                           AND (coalesce(v.flag, 0) & 2 = 0 OR now_here > 4000000000000000000))
                       OR (v.o = n AND v.flag & 1 <> 0)) IS NOT TRUE AS plain
               FROM   unnest(ids, debits, credits, amounts, codes, ledgers, flags, pendings, timeouts, stamps)
                      WITH ORDINALITY
                      AS v (id, debit, credit, amount, code, ledger, flag, pending, timeout, stamp, o)) u;
    END IF;
    all_odd := coalesce(all_odd, false); pending := coalesce(pending, false);
    one_ledger := coalesce(one_ledger, 156); other_ledger := coalesce(other_ledger, 156);
    IF all_odd THEN
        sure := array_fill(NULL::bigint, ARRAY[n]);
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

    -- 2. Ids that stand already or twice in the batch are odd. Then the transfers that are sure.
    IF NOT fresh AND (EXISTS (SELECT FROM transfer t WHERE t.id = ANY (ids))
                      OR (SELECT count(DISTINCT u.id) FROM unnest(ids) AS u (id)) < n) THEN
        SELECT array_agg(u.o::int) FILTER (WHERE u.known), array_agg(CASE WHEN NOT u.known THEN u.sure END ORDER BY u.o)
        INTO   known, sure
        FROM  (SELECT v.o, v.sure,
                      v.id IN (SELECT t.id FROM transfer t WHERE t.id = ANY (ids)
                               UNION ALL SELECT w.id FROM unnest(ids) AS w (id) GROUP BY w.id HAVING count(*) > 1)
                      AS known
               FROM   unnest(ids, sure) WITH ORDINALITY AS v (id, sure, o)) u;
        odd := odd || known;
    END IF;
    today := ledger_day(now_here); thisyear := ledger_year(now_here);
    IF first_ts IS NULL THEN
        PERFORM FROM account a
        WHERE  a.id = ANY (debits || credits || ARRAY(SELECT unnest(ARRAY[t.debit_account, t.credit_account])
                                                      FROM transfer t WHERE t.id = ANY (pendings)))
        ORDER BY a.id FOR NO KEY UPDATE;
        first_ts := ledger_draw(n, now_ns);
    END IF;
    last_ts := first_ts + n - 1;
    SELECT array_agg(g) INTO timestamps FROM generate_series(first_ts, last_ts) g;
    IF NOT all_odd THEN
        INSERT INTO transfer (id, debit_account, credit_account, amount, ts, ledger, code, flags,
                              user_data_128, user_data_64, user_data_32, timeout)
        SELECT u.id, u.debit, u.credit, u.sure, u.ts, coalesce(u.ledger, 156), coalesce(u.code, 1),
               coalesce(u.flag, 0), nullif(u.u128, zero), nullif(u.u64, 0), nullif(u.u32, 0), nullif(u.timeout, 0)
        FROM   unnest(ids, debits, credits, sure, timestamps, ledgers, codes, flags, user_data_128, user_data_64,
                      user_data_32, timeouts)
               AS u (id, debit, credit, sure, ts, ledger, code, flag, u128, u64, u32, timeout)
        WHERE  u.sure IS NOT NULL;
    END IF;

    -- 3. Book what is sure, in key order, and learn which accounts might have refused.
    IF odd IS NULL AND spends IS NULL AND NOT pending AND NOT all_odd AND one_ledger = other_ledger THEN
        WITH moved AS MATERIALIZED (
            SELECT m.id, sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit
            FROM  (SELECT u.debit AS id, u.amount AS debit, 0 AS credit FROM unnest(debits, amounts) AS u (debit, amount)
                   UNION ALL
                   SELECT u.credit, 0, u.amount FROM unnest(credits, amounts) AS u (credit, amount)) m
            GROUP BY m.id ORDER BY m.id
        ), wrote AS (
            UPDATE account a
            SET    debits_posted = a.debits_posted + m.debit,
                   credits_posted = a.credits_posted + m.credit, touched_at = last_ts
            FROM   moved m WHERE a.id = m.id
            RETURNING a.id, a.flags & 8 <> 0 AS history, greatest(old.touched_at, old.ts) >= first_ts AS late,
                   old.flags & 32 <> 0 OR old.ledger <> one_ledger
                       OR (old.flags & 2 <> 0 AND m.debit > 0
                           AND m.debit > old.credits_posted - old.debits_pending - old.debits_posted)
                       OR (old.flags & 4 <> 0 AND m.credit > 0
                           AND m.credit > old.debits_posted - old.credits_pending - old.credits_posted)
                       OR m.debit > most - old.debits_pending - old.debits_posted
                       OR m.credit > most - old.credits_pending - old.credits_posted AS suspect
        )
        SELECT array_agg(wrote.id) FILTER (WHERE wrote.suspect), bool_or(wrote.history), bool_or(wrote.late),
               count(*), (SELECT count(*) FROM moved)
        INTO   suspects, history, late, found, asked
        FROM   wrote;
    ELSE
        WITH moved AS MATERIALIZED (
            SELECT m.id, coalesce(sum(m.dp), 0)::bigint AS dp, coalesce(sum(m.dpo), 0)::bigint AS dpo,
                   coalesce(sum(m.cp), 0)::bigint AS cp, coalesce(sum(m.cpo), 0)::bigint AS cpo,
                   sum(m.debit)::bigint AS debit, sum(m.credit)::bigint AS credit,
                   coalesce(bool_or(m.spend <> 0), false) AS spent,
                   coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 1 <> 0), 0)::bigint AS limited,
                   coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 2 <> 0), 0)::bigint AS static,
                   coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 4 <> 0), 0)::bigint AS pinless,
                   count(m.dp) FILTER (WHERE m.spend & 4 <> 0)::int AS pinless_count,
                   coalesce(sum(m.debit) FILTER (WHERE m.spend & 1 <> 0), 0)::bigint AS limited_all,
                   coalesce(sum(m.debit) FILTER (WHERE m.spend & 2 <> 0), 0)::bigint AS static_all,
                   coalesce(sum(m.debit) FILTER (WHERE m.spend & 4 <> 0), 0)::bigint AS pinless_all,
                   count(*) FILTER (WHERE m.spend & 4 <> 0)::int AS pinless_count_all,
                   min(m.ledger) AS ledger_min, max(m.ledger) AS ledger_max
            FROM  (SELECT u.debit AS id,
                          CASE WHEN u.flag & 2 <> 0 THEN u.sure ELSE u.sure * 0 END AS dp,
                          CASE WHEN u.flag & 2 <> 0 THEN u.sure * 0 ELSE u.sure END AS dpo, 0 AS cp, 0 AS cpo,
                          CASE WHEN u.amount BETWEEN 0 AND safe THEN u.amount ELSE 0 END AS debit, 0 AS credit,
                          u.spend, coalesce(u.ledger, 156) AS ledger
                   FROM   unnest(debits, amounts, sure, ledgers, spends, flags)
                          AS u (debit, amount, sure, ledger, spend, flag)
                   WHERE  coalesce(u.flag, 0) & 12 = 0
                   UNION ALL
                   SELECT u.credit, 0, 0,
                          CASE WHEN u.flag & 2 <> 0 THEN u.sure ELSE 0 END,
                          CASE WHEN u.flag & 2 <> 0 THEN 0 ELSE u.sure END,
                          0, CASE WHEN u.amount BETWEEN 0 AND safe THEN u.amount ELSE 0 END, NULL,
                          coalesce(u.ledger, 156)
                   FROM   unnest(credits, amounts, sure, ledgers, flags) AS u (credit, amount, sure, ledger, flag)
                   WHERE  coalesce(u.flag, 0) & 12 = 0
                   UNION ALL
                   SELECT unnest(ARRAY[t.debit_account, t.credit_account]), 0, 0, 0, 0, 0, 0, NULL, t.ledger
                   FROM   transfer t WHERE t.id = ANY (pendings)) m
            GROUP BY m.id ORDER BY m.id
        ), wrote AS (
            UPDATE account a
            SET    debits_pending = a.debits_pending + m.dp,
                   debits_posted = a.debits_posted + m.dpo,
                   credits_pending = a.credits_pending + m.cp,
                   credits_posted = a.credits_posted + m.cpo, touched_at = last_ts,
                   day = CASE WHEN m.spent THEN greatest(a.day, today) ELSE a.day END,
                   day_used = CASE WHEN m.spent THEN CASE WHEN a.day >= today THEN a.day_used ELSE 0 END + m.limited
                              ELSE a.day_used END,
                   static_used = CASE WHEN m.spent
                                 THEN CASE WHEN a.day >= today THEN a.static_used ELSE 0 END + m.static
                                 ELSE a.static_used END,
                   pinless_used = CASE WHEN m.spent
                                  THEN CASE WHEN a.day >= today THEN a.pinless_used ELSE 0 END + m.pinless
                                  ELSE a.pinless_used END,
                   pinless_count = CASE WHEN m.spent
                                   THEN CASE WHEN a.day >= today THEN a.pinless_count ELSE 0 END + m.pinless_count
                                   ELSE a.pinless_count END,
                   year = CASE WHEN m.spent THEN greatest(a.year, thisyear) ELSE a.year END,
                   year_used = CASE WHEN m.spent
                               THEN CASE WHEN a.year >= thisyear THEN a.year_used ELSE 0 END + m.limited
                               ELSE a.year_used END,
                   life_used = CASE WHEN m.spent THEN coalesce(a.life_used, 0) + m.limited ELSE a.life_used END
            FROM   moved m WHERE a.id = m.id
            RETURNING a.id, a.flags & 8 <> 0 AS history, greatest(old.touched_at, old.ts) >= first_ts AS late,
                   all_odd OR old.flags & 32 <> 0 OR old.ledger <> m.ledger_min OR old.ledger <> m.ledger_max
                       OR (old.flags & 2 <> 0 AND m.debit > 0
                           AND m.debit > old.credits_posted - old.debits_pending - old.debits_posted)
                       OR (old.flags & 4 <> 0 AND m.credit > 0
                           AND m.credit > old.debits_posted - old.credits_pending - old.credits_posted)
                       OR m.debit > most - old.debits_pending - old.debits_posted
                       OR m.credit > most - old.credits_pending - old.credits_posted
                       OR (m.spent AND (
                           a.day_used - m.limited + m.limited_all > a.day_max
                           OR a.year_used - m.limited + m.limited_all > a.year_max
                           OR a.life_used - m.limited + m.limited_all > a.life_max
                           OR a.static_used - m.static + m.static_all > a.static_max
                           OR a.pinless_used - m.pinless + m.pinless_all > a.pinless_max
                           OR a.pinless_count - m.pinless_count + m.pinless_count_all > a.pinless_count_max))
                       AS suspect
        )
        SELECT array_agg(wrote.id) FILTER (WHERE wrote.suspect), bool_or(wrote.history), bool_or(wrote.late),
               count(*), (SELECT count(*) FROM moved)
        INTO   suspects_more, history, late, found, asked
        FROM   wrote;
        suspects := suspects || suspects_more;
    END IF;
    IF late THEN
        RAISE EXCEPTION 'a later batch came first' USING ERRCODE = 'QB001';
    END IF;
    IF found <> asked THEN                              -- accounts that are missing
        suspects := suspects || ARRAY(
            SELECT u.id FROM (SELECT DISTINCT v.id FROM unnest(debits || credits) AS v (id)) u
            WHERE  u.id NOT IN (SELECT a.id FROM account a WHERE a.id = ANY (debits || credits)));
    END IF;

    -- 4. Ids that failed already. (Locked: a batch with equal accounts has waited.)
    IF NOT fresh AND EXISTS (SELECT FROM transfer_failed f WHERE f.id = ANY (ids)) THEN
        odd := odd || ARRAY(SELECT u.o::int FROM unnest(ids) WITH ORDINALITY AS u (id, o)
                            WHERE u.id IN (SELECT f.id FROM transfer_failed f WHERE f.id = ANY (ids)));
    END IF;

    -- 5. What depends on the order.
    IF all_odd OR cardinality(odd) > 0 OR cardinality(suspects) > 0 THEN
        decided := true;
        flags := coalesce(flags, array_fill(0, ARRAY[n]));
        codes := coalesce(codes, array_fill(1, ARRAY[n]));
        ledgers := coalesce(ledgers, array_fill(156::bigint, ARRAY[n]));
        pendings := ARRAY(SELECT coalesce(u.p, zero) FROM unnest(ids, pendings) WITH ORDINALITY AS u (i, p, o)
                          ORDER BY u.o);
        user_data_128 := ARRAY(SELECT coalesce(u.d, zero)
                               FROM unnest(ids, user_data_128) WITH ORDINALITY AS u (i, d, o) ORDER BY u.o);
        user_data_64 := coalesce(user_data_64, array_fill(0::bigint, ARRAY[n]));
        user_data_32 := coalesce(user_data_32, array_fill(0::bigint, ARRAY[n]));
        timeouts := coalesce(timeouts, array_fill(0::bigint, ARRAY[n]));
        SELECT d.debits, d.credits, d.amounts, d.codes, d.ledgers, d.user_data_128, d.user_data_64, d.user_data_32,
               d.statuses, d.timestamps, d.releases, d.closed_ids, d.closed_now
        INTO   debits, credits, amounts, codes, ledgers, user_data_128, user_data_64, user_data_32,
               statuses, timestamps, releases, closed_ids, closed_now
        FROM   ledger_decide(odd, suspects, all_odd, first_ts, sure, ids, debits, credits, amounts,
                   flags, codes, ledgers, pendings, user_data_128, user_data_64, user_data_32, timeouts,
                   coalesce(stamps, array_fill(0::bigint, ARRAY[n])),
                   coalesce(spends, array_fill(0::smallint, ARRAY[n]))) d;
        INSERT INTO transfer_failed (id)
        SELECT DISTINCT u.id FROM unnest(ids, statuses) AS u (id, status) WHERE ledger_passing(u.status)
        ON CONFLICT DO NOTHING;
        -- Take back what was booked and is refused; book what was not sure and succeeded.
        UPDATE account a
        SET    debits_pending = a.debits_pending + m.dp, debits_posted = a.debits_posted + m.dpo,
               credits_pending = a.credits_pending + m.cp, credits_posted = a.credits_posted + m.cpo,
               day_used = a.day_used + m.limited, year_used = a.year_used + m.limited,
               life_used = a.life_used + m.limited, static_used = a.static_used + m.static,
               pinless_used = a.pinless_used + m.pinless, pinless_count = a.pinless_count + m.pinless_count
        FROM  (SELECT s.id, sum(s.dp) AS dp, sum(s.dpo) AS dpo, sum(s.cp) AS cp, sum(s.cpo) AS cpo,
                      coalesce(sum(s.dp + s.dpo) FILTER (WHERE s.spend & 1 <> 0), 0) AS limited,
                      coalesce(sum(s.dp + s.dpo) FILTER (WHERE s.spend & 2 <> 0), 0) AS static,
                      coalesce(sum(s.dp + s.dpo) FILTER (WHERE s.spend & 4 <> 0), 0) AS pinless,
                      coalesce(sum(s.sign) FILTER (WHERE s.spend & 4 <> 0), 0) AS pinless_count
               FROM  (SELECT u.debit, u.credit, x.sign, CASE WHEN coalesce(u.flag, 0) & 12 = 0 THEN u.spend END AS spend,
                             CASE WHEN u.flag & 2 <> 0 THEN x.sign * x.amount WHEN u.flag & 12 <> 0 THEN -u.release ELSE 0 END
                                 AS pend,
                             CASE WHEN u.flag & 10 <> 0 THEN 0 ELSE x.sign * x.amount END AS post
                      FROM   unnest(debits, credits, amounts, sure, flags, releases, statuses, spends)
                             AS u (debit, credit, amount, sure, flag, release, status, spend)
                      CROSS JOIN LATERAL (SELECT CASE WHEN u.status = -1 THEN 1 ELSE -1 END AS sign,
                                          CASE WHEN u.status = -1 THEN u.amount ELSE u.sure END AS amount) x
                      WHERE  (u.status = -1) = (u.sure IS NULL)) v
               CROSS JOIN LATERAL (VALUES (v.debit, v.pend, v.post, 0, 0, v.spend, v.sign),
                                          (v.credit, 0, 0, v.pend, v.post, NULL, 0))
                      AS s (id, dp, dpo, cp, cpo, spend, sign)
               GROUP BY s.id) m
        WHERE  a.id = m.id;
        IF closed_ids IS NOT NULL THEN
            UPDATE account a SET flags = CASE WHEN u.closed THEN a.flags | 32 ELSE a.flags & ~32 END
            FROM   unnest(closed_ids, closed_now) AS u (id, closed) WHERE a.id = u.id;
        END IF;
    ELSE
        statuses := array_fill(-1, ARRAY[n]);
    END IF;

    -- 6. The transfers that were not sure, and what hangs on them where there is any.
    IF decided THEN
        DELETE FROM transfer t USING unnest(ids, sure, statuses) AS u (id, sure, status)
        WHERE  t.id = u.id AND u.sure IS NOT NULL AND u.status <> -1;
        INSERT INTO transfer (id, debit_account, credit_account, amount, ts, ledger, code, flags,
                              pending_id, user_data_128, user_data_64, user_data_32, timeout)
        SELECT u.id, u.debit, u.credit, u.amount, u.ts, u.ledger, u.code, u.flag, nullif(u.pending, zero),
               nullif(u.u128, zero), nullif(u.u64, 0), nullif(u.u32, 0), nullif(u.timeout, 0)
        FROM   unnest(ids, debits, credits, amounts, timestamps, ledgers, codes, flags, pendings, user_data_128,
                      user_data_64, user_data_32, timeouts, statuses, sure)
               AS u (id, debit, credit, amount, ts, ledger, code, flag, pending, u128, u64, u32, timeout, status, sure)
        WHERE  u.status = -1 AND u.sure IS NULL;
    END IF;
    IF history THEN
        INSERT INTO account_balance (account, ts, debits_pending, debits_posted, credits_pending, credits_posted)
        SELECT a.id, m.ts, a.debits_pending - m.dp, a.debits_posted - m.dpo,
               a.credits_pending - m.cp, a.credits_posted - m.cpo
        FROM  (SELECT e.id, e.ts, sum(e.dp) OVER w - e.dp AS dp, sum(e.dpo) OVER w - e.dpo AS dpo,
                      sum(e.cp) OVER w - e.cp AS cp, sum(e.cpo) OVER w - e.cpo AS cpo
               FROM  (SELECT s.id, v.ts, s.dp, s.dpo, s.cp, s.cpo
                      FROM   ledger_moves(debits, credits, amounts, flags, releases, statuses, timestamps) v,
                             LATERAL (VALUES (v.debit, v.pend, v.post, 0, 0), (v.credit, 0, 0, v.pend, v.post))
                             AS s (id, dp, dpo, cp, cpo)) e
               WINDOW w AS (PARTITION BY e.id ORDER BY e.ts DESC ROWS UNBOUNDED PRECEDING)) m
        JOIN   account a ON a.id = m.id
        WHERE  a.flags & 8 <> 0;
    END IF;
    IF pending THEN
        INSERT INTO transfer_pending (id, debit_account, credit_account, amount, ts, flags, expires_at, status)
        SELECT u.id, u.debit, u.credit, u.amount, u.ts, u.flag, u.ts + nullif(u.timeout, 0) * 1000000000, 1
        FROM   unnest(ids, debits, credits, amounts, timestamps, flags, timeouts, statuses)
               AS u (id, debit, credit, amount, ts, flag, timeout, status)
        WHERE  u.status = -1 AND u.flag & 2 <> 0;
    END IF;
    IF decided THEN
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
