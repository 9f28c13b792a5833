-- ledger_decide: the transfers whose outcome depends on the order, decided one by one, in order.
--
-- `odd` are the events that need it by themselves (rare flags, reused ids, malformed fields), `suspects` the
-- accounts that may refuse; every chain that holds one of either is decided here, the rest has succeeded
-- (status -1). Called by ledger_post with all accounts locked. Order of refusals: TigerBeetle's
-- src/state_machine.zig, then the spend windows (200 and up).
CREATE OR REPLACE FUNCTION ledger_decide(
    odd int[], suspects uuid[], all_odd boolean, first_ts bigint, sure bigint[],
    ids uuid[],
    INOUT debits uuid[], INOUT credits uuid[], INOUT amounts bigint[],
    flags int[],
    INOUT codes int[], INOUT ledgers bigint[],
    pendings uuid[],
    INOUT user_data_128 uuid[], INOUT user_data_64 bigint[], INOUT user_data_32 bigint[],
    timeouts bigint[], stamps bigint[], spends smallint[],
    OUT statuses int[], OUT timestamps bigint[], OUT releases bigint[],
    OUT closed_ids uuid[], OUT closed_now boolean[]
) LANGUAGE plpgsql
SET enable_hashjoin = on SET enable_nestloop = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
#variable_conflict use_variable
DECLARE
    most     CONSTANT bigint := 9223372036854775807;
    zero     CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    full_id  CONSTANT uuid := 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    n        int := cardinality(ids);
    last_ts  bigint := first_ts + n - 1;
    batch_imported boolean := flags[1] & 256 <> 0;
    pick int[]; pick_id uuid[]; pick_debit uuid[]; pick_credit uuid[]; pick_pending uuid[]; touched uuid[];
    -- state of the touched accounts, by their place in `at`
    at uuid[]; exact boolean[]; dp bigint[]; dpo bigint[]; cp bigint[]; cpo bigint[];
    aflags int[]; aledger bigint[]; ats bigint[]; closed_before boolean[];
    day_left bigint[]; year_left bigint[]; life_left bigint[]; static_left bigint[];
    pinless_left bigint[]; count_left bigint[];
    -- state of the pending transfers of earlier batches, by their place in `held`
    held uuid[]; held_status int[];
    -- what each event did, by its number
    on_debit int[]; on_credit int[]; pending_status int[]; root_of int[]; held_of int[];
    x record; i int; j int; lo int; hi int; step int; st int; ts bigint; a bigint;
    d int; c int; root int; slot int; pend_delta bigint; post_delta bigint; p_status int;
    linked boolean; imported boolean; found boolean;
    chain int := 0; broken boolean := false; newest bigint := 0; chain_newest bigint;
    e_flags int; e_pending uuid; e_timeout bigint; e_debit uuid; e_credit uuid; e_amount bigint;
    e_u128 uuid; e_u64 bigint; e_u32 bigint; e_ledger bigint; e_code int; e_ts bigint;
    p_found boolean; p_flags int; p_debit uuid; p_credit uuid; p_amount bigint; p_timeout bigint;
    p_u128 uuid; p_u64 bigint; p_u32 bigint; p_ledger bigint; p_code int; p_ts bigint;
BEGIN
    statuses := array_fill(-1, ARRAY[n]);
    releases := array_fill(NULL::bigint, ARRAY[n]);
    on_debit := array_fill(NULL::int, ARRAY[n]);
    on_credit := on_debit; pending_status := on_debit; root_of := on_debit; held_of := on_debit;
    SELECT array_agg(first_ts + g - 1 ORDER BY g) INTO timestamps FROM generate_series(1, n) g;

    -- The chains that must be decided, then what they touch: pending transfers and accounts.
    WITH event AS (
        SELECT u.o::int, u.id, u.debit, u.credit, u.pending,
               sum(1 - (u.flag & 1)) OVER (ORDER BY u.o) - (1 - (u.flag & 1)) AS chain,
               all_odd OR u.o = ANY (odd)
               OR u.debit IN (SELECT unnest(suspects)) OR u.credit IN (SELECT unnest(suspects)) AS slow
        FROM   unnest(ids, debits, credits, flags, pendings)
               WITH ORDINALITY AS u (id, debit, credit, flag, pending, o)
    ), marked AS (
        SELECT event.o, event.id, event.debit, event.credit, event.pending,
               bool_or(event.slow) OVER (PARTITION BY event.chain) AS slow
        FROM   event
    )
    SELECT array_agg(m.o ORDER BY m.o), array_agg(m.id ORDER BY m.o), array_agg(m.debit ORDER BY m.o),
           array_agg(m.credit ORDER BY m.o), array_agg(m.pending ORDER BY m.o)
    INTO   pick, pick_id, pick_debit, pick_credit, pick_pending
    FROM   marked m WHERE m.slow;
    touched := pick_debit || pick_credit
        || ARRAY(SELECT unnest(ARRAY[t.debit_account, t.credit_account])
                 FROM transfer t WHERE t.id = ANY (pick_pending));
    SELECT array_agg(p.id ORDER BY p.id), array_agg(p.status::int ORDER BY p.id) INTO held, held_status
    FROM   transfer_pending p WHERE p.id = ANY (pick_pending);
    -- The suspects as they stood before the batch: what was booked as sure is taken off again.
    WITH booked AS (
        SELECT m.id, sum(m.dp) AS dp, sum(m.dpo) AS dpo, sum(m.cp) AS cp, sum(m.cpo) AS cpo,
               coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 1 <> 0), 0) AS limited,
               coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 2 <> 0), 0) AS static,
               coalesce(sum(m.dp + m.dpo) FILTER (WHERE m.spend & 4 <> 0), 0) AS pinless,
               count(*) FILTER (WHERE m.spend & 4 <> 0) AS pinless_count
        FROM  (SELECT u.debit AS id, CASE WHEN u.flag & 2 <> 0 THEN u.sure ELSE 0 END AS dp,
                      CASE WHEN u.flag & 2 <> 0 THEN 0 ELSE u.sure END AS dpo, 0 AS cp, 0 AS cpo, u.spend
               FROM   unnest(debits, sure, flags, spends) AS u (debit, sure, flag, spend)
               WHERE  u.sure IS NOT NULL AND (u.debit IN (SELECT unnest(suspects))) IS TRUE
               UNION ALL
               SELECT u.credit, 0, 0, CASE WHEN u.flag & 2 <> 0 THEN u.sure ELSE 0 END,
                      CASE WHEN u.flag & 2 <> 0 THEN 0 ELSE u.sure END, NULL
               FROM   unnest(credits, sure, flags) AS u (credit, sure, flag)
               WHERE  u.sure IS NOT NULL AND (u.credit IN (SELECT unnest(suspects))) IS TRUE) m
        GROUP BY m.id
    ), account_now AS MATERIALIZED (
        SELECT a.id, a.debits_pending, a.debits_posted, a.credits_pending, a.credits_posted, a.flags, a.ledger, a.ts,
               coalesce(a.day_max, most) - coalesce(a.day_used, 0) AS day_left, coalesce(a.year_max, most) - coalesce(a.year_used, 0) AS year_left,
               coalesce(a.life_max, most) - coalesce(a.life_used, 0) AS life_left, coalesce(a.static_max, most) - coalesce(a.static_used, 0) AS static_left,
               coalesce(a.pinless_max, most) - coalesce(a.pinless_used, 0) AS pinless_left,
               coalesce(a.pinless_count_max, 2147483647)::bigint - coalesce(a.pinless_count, 0) AS count_left
        FROM   account a WHERE a.id = ANY (touched)
    )
    SELECT array_agg(s.id ORDER BY s.id), array_agg((s.id IN (SELECT unnest(suspects))) IS TRUE ORDER BY s.id),
           array_agg((s.debits_pending - coalesce(b.dp, 0))::bigint ORDER BY s.id),
           array_agg((s.debits_posted - coalesce(b.dpo, 0))::bigint ORDER BY s.id),
           array_agg((s.credits_pending - coalesce(b.cp, 0))::bigint ORDER BY s.id),
           array_agg((s.credits_posted - coalesce(b.cpo, 0))::bigint ORDER BY s.id),
           array_agg(s.flags ORDER BY s.id), array_agg(s.ledger ORDER BY s.id), array_agg(s.ts ORDER BY s.id),
           array_agg(s.flags & 32 <> 0 ORDER BY s.id),
           array_agg((s.day_left + coalesce(b.limited, 0))::bigint ORDER BY s.id),
           array_agg((s.year_left + coalesce(b.limited, 0))::bigint ORDER BY s.id),
           array_agg((s.life_left + coalesce(b.limited, 0))::bigint ORDER BY s.id),
           array_agg((s.static_left + coalesce(b.static, 0))::bigint ORDER BY s.id),
           array_agg((s.pinless_left + coalesce(b.pinless, 0))::bigint ORDER BY s.id),
           array_agg((s.count_left + coalesce(b.pinless_count, 0))::bigint ORDER BY s.id)
    INTO   at, exact, dp, dpo, cp, cpo, aflags, aledger, ats, closed_before,
           day_left, year_left, life_left, static_left, pinless_left, count_left
    FROM   account_now s LEFT JOIN booked b ON b.id = s.id;
    IF batch_imported THEN
        SELECT coalesce(max(t.ts), 0) INTO newest FROM transfer t;
    END IF;

    FOR x IN
        WITH picked AS (
            SELECT u.o, u.id, u.debit, u.credit, u.pending
            FROM   unnest(pick, pick_id, pick_debit, pick_credit, pick_pending)
                   AS u (o, id, debit, credit, pending)
        ), place AS MATERIALIZED (
            SELECT u.id, u.o::int FROM unnest(at) WITH ORDINALITY AS u (id, o)
        ), slot AS MATERIALIZED (
            SELECT u.id, u.o::int FROM unnest(held) WITH ORDINALITY AS u (id, o)
        ), known AS MATERIALIZED (
            SELECT t.id, t.debit_account, t.credit_account, t.amount, t.ts, t.ledger, t.code, t.flags,
                   coalesce(t.pending_id, zero) AS pending_id, coalesce(t.user_data_128, zero) AS u128,
                   coalesce(t.user_data_64, 0) AS u64, coalesce(t.user_data_32, 0) AS u32,
                   coalesce(t.timeout, 0) AS timeout
            FROM   transfer t
            WHERE  t.id = ANY (pick_id || pick_pending)
            AND    t.ts NOT BETWEEN first_ts AND last_ts    -- this batch's own, written as sure
        ), failed AS MATERIALIZED (
            SELECT f.id FROM transfer_failed f WHERE f.id = ANY (pick_id)
        ), born AS MATERIALIZED (
            SELECT u.id, array_agg(u.o ORDER BY u.o) AS events FROM unnest(pick_id, pick) AS u (id, o) GROUP BY u.id
        )
        SELECT m.o, pd.o AS d, pc.o AS c, f.id IS NOT NULL AS failed,
               CASE WHEN cardinality(tw.events) > 1 THEN tw.events END AS twins,
               ro.events AS roots, h.o AS slot, ppd.o AS p_d, ppc.o AS p_c,
               e.id AS e_id, e.flags AS e_flags, e.pending_id AS e_pending, e.timeout AS e_timeout,
               e.debit_account AS e_debit, e.credit_account AS e_credit, e.amount AS e_amount, e.u128 AS e_u128,
               e.u64 AS e_u64, e.u32 AS e_u32, e.ledger AS e_ledger, e.code AS e_code, e.ts AS e_ts,
               p.id AS p_id, p.flags AS p_flags, p.timeout AS p_timeout, p.debit_account AS p_debit,
               p.credit_account AS p_credit, p.amount AS p_amount, p.u128 AS p_u128, p.u64 AS p_u64,
               p.u32 AS p_u32, p.ledger AS p_ledger, p.code AS p_code, p.ts AS p_ts
        FROM   picked m
        LEFT JOIN place pd ON pd.id = m.debit
        LEFT JOIN place pc ON pc.id = m.credit
        LEFT JOIN known e ON e.id = m.id
        LEFT JOIN known p ON p.id = m.pending
        LEFT JOIN place ppd ON ppd.id = p.debit_account
        LEFT JOIN place ppc ON ppc.id = p.credit_account
        LEFT JOIN failed f ON f.id = m.id
        LEFT JOIN born tw ON tw.id = m.id
        LEFT JOIN born ro ON ro.id = m.pending
        LEFT JOIN slot h ON h.id = m.pending
        ORDER BY m.o
    LOOP
        i := x.o; ts := first_ts + i - 1; d := x.d; c := x.c;
        linked := flags[i] & 1 <> 0; imported := flags[i] & 256 <> 0;
        IF linked AND chain = 0 THEN
            chain := i; broken := false; chain_newest := newest;
        END IF;

        st := CASE
            WHEN linked AND i = n THEN 2
            WHEN broken THEN 1
            WHEN imported AND NOT batch_imported THEN 57
            WHEN batch_imported AND NOT imported THEN 56
            WHEN imported AND stamps[i] < 1 THEN 58
            WHEN imported AND stamps[i] >= last_ts THEN 59
            WHEN NOT imported AND stamps[i] <> 0 THEN 3
            WHEN flags[i] & ~511 <> 0 THEN 4
            WHEN ids[i] = zero THEN 5
            WHEN ids[i] = full_id THEN 6
            WHEN x.failed THEN 68
            ELSE 0 END;
        IF imported AND st = 0 THEN ts := stamps[i]; END IF;

        -- The transfer that stands under this id, made by an earlier batch or earlier in this one.
        found := false;
        IF st = 0 AND x.e_id IS NOT NULL THEN
            found := true;
            e_flags := x.e_flags; e_pending := x.e_pending; e_timeout := x.e_timeout;
            e_debit := x.e_debit; e_credit := x.e_credit; e_amount := x.e_amount;
            e_u128 := x.e_u128; e_u64 := x.e_u64; e_u32 := x.e_u32;
            e_ledger := x.e_ledger; e_code := x.e_code; e_ts := x.e_ts;
        ELSIF st = 0 AND x.twins IS NOT NULL THEN
            FOREACH j IN ARRAY x.twins LOOP
                EXIT WHEN j >= i OR found OR st <> 0;
                IF statuses[j] = -1 THEN
                    found := true;
                    e_flags := flags[j]; e_pending := pendings[j]; e_timeout := timeouts[j];
                    e_debit := debits[j]; e_credit := credits[j]; e_amount := amounts[j];
                    e_u128 := user_data_128[j]; e_u64 := user_data_64[j]; e_u32 := user_data_32[j];
                    e_ledger := ledgers[j]; e_code := codes[j]; e_ts := timestamps[j];
                ELSIF ledger_passing(statuses[j]) THEN
                    st := 68;
                END IF;
            END LOOP;
        END IF;

        -- The pending transfer that this one posts or voids.
        p_found := false; root := NULL; slot := x.slot;
        IF st = 0 AND flags[i] & 12 <> 0 THEN
            IF x.p_id IS NOT NULL THEN
                p_found := true;
                p_flags := x.p_flags; p_debit := x.p_debit; p_credit := x.p_credit;
                p_amount := x.p_amount; p_timeout := x.p_timeout; p_u128 := x.p_u128;
                p_u64 := x.p_u64; p_u32 := x.p_u32; p_ledger := x.p_ledger;
                p_code := x.p_code; p_ts := x.p_ts;
                d := x.p_d; c := x.p_c; p_status := held_status[slot];
            ELSIF x.roots IS NOT NULL THEN
                FOREACH j IN ARRAY x.roots LOOP
                    EXIT WHEN j >= i OR p_found;
                    IF statuses[j] = -1 THEN
                        p_found := true; root := j;
                        p_flags := flags[j]; p_debit := debits[j]; p_credit := credits[j];
                        p_amount := amounts[j]; p_timeout := timeouts[j]; p_u128 := user_data_128[j];
                        p_u64 := user_data_64[j]; p_u32 := user_data_32[j]; p_ledger := ledgers[j];
                        p_code := codes[j]; p_ts := timestamps[j];
                        d := on_debit[j]; c := on_credit[j]; p_status := pending_status[j];
                    END IF;
                END LOOP;
            END IF;
        END IF;

        IF found THEN
            st := CASE
                WHEN flags[i] <> e_flags THEN 36
                WHEN pendings[i] <> e_pending THEN 40
                WHEN timeouts[i] <> e_timeout THEN 44
                WHEN flags[i] & 12 <> 0 THEN CASE
                    WHEN debits[i] <> zero AND debits[i] <> e_debit THEN 37
                    WHEN credits[i] <> zero AND credits[i] <> e_credit THEN 38
                    WHEN amounts[i] = CASE WHEN flags[i] & 8 <> 0 THEN 0 ELSE most END AND e_amount <> p_amount
                        THEN 39
                    WHEN amounts[i] <> CASE WHEN flags[i] & 8 <> 0 THEN 0 ELSE most END AND amounts[i] <> e_amount
                        THEN 39
                    WHEN e_u128 <> CASE WHEN user_data_128[i] = zero THEN p_u128 ELSE user_data_128[i] END THEN 41
                    WHEN e_u64 <> CASE WHEN user_data_64[i] = 0 THEN p_u64 ELSE user_data_64[i] END THEN 42
                    WHEN e_u32 <> CASE WHEN user_data_32[i] = 0 THEN p_u32 ELSE user_data_32[i] END THEN 43
                    WHEN ledgers[i] <> 0 AND ledgers[i] <> e_ledger THEN 67
                    WHEN codes[i] <> 0 AND codes[i] <> e_code THEN 45
                    ELSE 46 END
                WHEN debits[i] <> e_debit THEN 37
                WHEN credits[i] <> e_credit THEN 38
                WHEN flags[i] & 48 <> 0 AND amounts[i] >= 0 AND amounts[i] < e_amount THEN 39
                WHEN flags[i] & 48 = 0 AND amounts[i] <> e_amount THEN 39
                WHEN user_data_128[i] <> e_u128 THEN 41
                WHEN user_data_64[i] <> e_u64 THEN 42
                WHEN user_data_32[i] <> e_u32 THEN 43
                WHEN ledgers[i] <> e_ledger THEN 67
                WHEN codes[i] <> e_code THEN 45
                ELSE 46 END;
            IF st = 46 THEN timestamps[i] := e_ts; END IF;
        ELSIF st = 0 AND flags[i] & 12 <> 0 THEN
            st := CASE
                WHEN flags[i] & 12 = 12 OR flags[i] & 242 <> 0 THEN 7
                WHEN pendings[i] = zero THEN 14
                WHEN pendings[i] = full_id THEN 15
                WHEN pendings[i] = ids[i] THEN 16
                WHEN timeouts[i] <> 0 THEN 17
                WHEN NOT p_found THEN 25
                WHEN p_flags & 2 = 0 THEN 26
                WHEN debits[i] <> zero AND debits[i] <> p_debit THEN 27
                WHEN credits[i] <> zero AND credits[i] <> p_credit THEN 28
                WHEN ledgers[i] <> 0 AND ledgers[i] <> p_ledger THEN 29
                WHEN codes[i] <> 0 AND codes[i] <> p_code THEN 30
                ELSE 0 END;
            IF st = 0 THEN
                a := CASE WHEN amounts[i] = CASE WHEN flags[i] & 8 <> 0 THEN 0 ELSE most END THEN p_amount
                     ELSE amounts[i] END;
                st := CASE
                    WHEN a < 0 THEN 206
                    WHEN a > p_amount THEN 31
                    WHEN flags[i] & 8 <> 0 AND a < p_amount THEN 32
                    WHEN p_status = 2 THEN 33
                    WHEN p_status = 3 THEN 34
                    WHEN p_status = 4 THEN 35
                    WHEN p_timeout > 0 AND p_ts + p_timeout * 1000000000 <= first_ts + i - 1 THEN 35
                    WHEN imported AND (ts <= newest OR ledger_account_made_at(ts)) THEN 60
                    WHEN aflags[d] & 32 <> 0 AND flags[i] & 8 = 0 THEN 65
                    WHEN aflags[c] & 32 <> 0 AND flags[i] & 8 = 0 THEN 66
                    ELSE -1 END;
            END IF;
            IF st = -1 THEN
                debits[i] := p_debit; credits[i] := p_credit; amounts[i] := a; releases[i] := p_amount;
                IF user_data_128[i] = zero THEN user_data_128[i] := p_u128; END IF;
                IF user_data_64[i] = 0 THEN user_data_64[i] := p_u64; END IF;
                IF user_data_32[i] = 0 THEN user_data_32[i] := p_u32; END IF;
                ledgers[i] := p_ledger; codes[i] := p_code;
                root_of[i] := root; held_of[i] := CASE WHEN root IS NULL THEN slot END;
            END IF;
        ELSIF st = 0 THEN
            a := amounts[i];
            st := CASE
                WHEN debits[i] = zero THEN 8
                WHEN debits[i] = full_id THEN 9
                WHEN credits[i] = zero THEN 10
                WHEN credits[i] = full_id THEN 11
                WHEN debits[i] = credits[i] THEN 12
                WHEN pendings[i] <> zero THEN 13
                WHEN flags[i] & 2 = 0 AND timeouts[i] <> 0 THEN 17
                WHEN flags[i] & 2 = 0 AND flags[i] & 192 <> 0 THEN 64
                WHEN ledgers[i] = 0 THEN 19
                WHEN codes[i] = 0 THEN 20
                WHEN a < 0 THEN 206
                WHEN d IS NULL THEN 21
                WHEN c IS NULL THEN 22
                WHEN aledger[d] <> aledger[c] THEN 23
                WHEN ledgers[i] <> aledger[d] THEN 24
                WHEN imported AND (ts <= newest OR ledger_account_made_at(ts)) THEN 60
                WHEN imported AND ts <= ats[d] THEN 61
                WHEN imported AND ts <= ats[c] THEN 62
                WHEN imported AND timeouts[i] <> 0 THEN 63
                WHEN aflags[d] & 32 <> 0 THEN 65
                WHEN aflags[c] & 32 <> 0 THEN 66
                ELSE 0 END;
            IF st = 0 THEN
                IF flags[i] & 16 <> 0 THEN a := least(a, greatest(0, cpo[d] - dpo[d] - dp[d])); END IF;
                IF flags[i] & 32 <> 0 THEN a := least(a, greatest(0, dpo[c] - cpo[c] - cp[c])); END IF;
                st := CASE
                    WHEN flags[i] & 2 <> 0 AND exact[d] AND dp[d] > most - a THEN 47
                    WHEN flags[i] & 2 <> 0 AND exact[c] AND cp[c] > most - a THEN 48
                    WHEN exact[d] AND dpo[d] > most - a THEN 49
                    WHEN exact[c] AND cpo[c] > most - a THEN 50
                    WHEN exact[d] AND dp[d] + dpo[d] > most - a THEN 51
                    WHEN exact[c] AND cp[c] + cpo[c] > most - a THEN 52
                    WHEN ts > most - timeouts[i] * 1000000000 THEN 53
                    WHEN exact[d] AND aflags[d] & 2 <> 0 AND dp[d] + dpo[d] + a > cpo[d] THEN 54
                    WHEN exact[c] AND aflags[c] & 4 <> 0 AND cp[c] + cpo[c] + a > dpo[c] THEN 55
                    WHEN spends[i] = 0 OR NOT exact[d] THEN -1
                    WHEN spends[i] & 1 <> 0 AND a > day_left[d] THEN 200
                    WHEN spends[i] & 1 <> 0 AND a > year_left[d] THEN 201
                    WHEN spends[i] & 1 <> 0 AND a > life_left[d] THEN 202
                    WHEN spends[i] & 2 <> 0 AND a > static_left[d] THEN 203
                    WHEN spends[i] & 4 <> 0 AND a > pinless_left[d] THEN 204
                    WHEN spends[i] & 4 <> 0 AND 1 > count_left[d] THEN 205
                    ELSE -1 END;
            END IF;
            IF st = -1 THEN amounts[i] := a; END IF;
        END IF;

        -- Bring it about; or, when it is the first of a chain to fail, take the chain's earlier ones back.
        statuses[i] := st;
        IF st = -1 THEN
            on_debit[i] := d; on_credit[i] := c; timestamps[i] := ts;
            lo := i; hi := i; step := 1;
            IF imported THEN newest := ts; END IF;
        ELSIF chain > 0 AND NOT broken THEN
            broken := true; newest := chain_newest;
            lo := chain; hi := i - 1; step := -1;
        ELSE
            lo := 1; hi := 0;
        END IF;
        FOR j IN lo .. hi LOOP
            d := on_debit[j]; c := on_credit[j];
            IF releases[j] IS NOT NULL THEN
                pend_delta := -step * releases[j];
                post_delta := CASE WHEN flags[j] & 4 <> 0 THEN step * amounts[j] ELSE 0 END;
                p_status := CASE WHEN step < 0 THEN 1 WHEN flags[j] & 4 <> 0 THEN 2 ELSE 3 END;
                IF root_of[j] IS NOT NULL THEN
                    pending_status[root_of[j]] := p_status; p_flags := flags[root_of[j]];
                ELSE
                    held_status[held_of[j]] := p_status;
                    SELECT p.flags INTO p_flags FROM transfer_pending p WHERE p.id = held[held_of[j]];
                END IF;
                IF flags[j] & 8 <> 0 THEN           -- voiding a closing transfer opens the account again
                    IF p_flags & 64 <> 0 THEN aflags[d] := aflags[d] - step * 32; END IF;
                    IF p_flags & 128 <> 0 THEN aflags[c] := aflags[c] - step * 32; END IF;
                END IF;
            ELSE
                pend_delta := CASE WHEN flags[j] & 2 <> 0 THEN step * amounts[j] ELSE 0 END;
                post_delta := CASE WHEN flags[j] & 2 <> 0 THEN 0 ELSE step * amounts[j] END;
                pending_status[j] := CASE WHEN flags[j] & 2 <> 0 AND step > 0 THEN 1 END;
                IF flags[j] & 64 <> 0 THEN aflags[d] := aflags[d] + step * 32; END IF;
                IF flags[j] & 128 <> 0 THEN aflags[c] := aflags[c] + step * 32; END IF;
                IF spends[j] <> 0 AND exact[d] THEN
                    IF spends[j] & 1 <> 0 THEN
                        day_left[d] := day_left[d] - step * amounts[j];
                        year_left[d] := year_left[d] - step * amounts[j];
                        life_left[d] := life_left[d] - step * amounts[j];
                    END IF;
                    IF spends[j] & 2 <> 0 THEN static_left[d] := static_left[d] - step * amounts[j]; END IF;
                    IF spends[j] & 4 <> 0 THEN
                        pinless_left[d] := pinless_left[d] - step * amounts[j];
                        count_left[d] := count_left[d] - step;
                    END IF;
                END IF;
            END IF;
            IF exact[d] THEN dp[d] := dp[d] + pend_delta; dpo[d] := dpo[d] + post_delta; END IF;
            IF exact[c] THEN cp[c] := cp[c] + pend_delta; cpo[c] := cpo[c] + post_delta; END IF;
            IF step < 0 THEN statuses[j] := 1; END IF;
        END LOOP;

        IF chain > 0 AND (NOT linked OR st = 2) THEN
            chain := 0; broken := false;
        END IF;
    END LOOP;

    SELECT array_agg(u.id), array_agg(u.flag & 32 <> 0) INTO closed_ids, closed_now
    FROM   unnest(at, aflags, closed_before) AS u (id, flag, was)
    WHERE  (u.flag & 32 <> 0) <> u.was;
END $$;

-- ledger_passing: whether a refusal depends on the moment, so that its id is remembered as failed.
CREATE OR REPLACE FUNCTION ledger_passing(status int) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT status IN (21, 22, 25, 54, 55, 65, 66, 200, 201, 202, 203, 204, 205)
$$;

-- ledger_account_made_at: whether an account was made at this nanosecond (imported transfers may not share it).
CREATE OR REPLACE FUNCTION ledger_account_made_at(ns bigint) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM account WHERE ts = ns)
$$;
