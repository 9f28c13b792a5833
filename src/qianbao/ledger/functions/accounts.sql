-- ledger_create_accounts: a batch of accounts, in order, in one call. Status and timestamp of each.
-- Numbers as TigerBeetle publishes them; -1 is "created". first_balance: 9 to 12, the status of the first balance
-- that should be zero and is not (the published order), else 0. Raises unique_violation when an id appeared in
-- another transaction while this ran: send the batch again.
CREATE OR REPLACE FUNCTION ledger_create_accounts(
    ids uuid[], user_data_128 uuid[], user_data_64 bigint[], user_data_32 bigint[], ledgers bigint[], codes int[],
    flags int[], stamps bigint[], first_balance int[], now_ns bigint,
    OUT statuses int[], OUT timestamps bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    zero     CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    n        int := coalesce(cardinality(ids), 0);
    first_ts bigint;
    last_ts  bigint;
    batch_imported boolean;
    linked   boolean;
    imported boolean;
    chain    int := 0;
    broken   boolean := false;
    newest   bigint := 0;
    chain_newest bigint;
    x        record;
    i        int;
    j        int;
    st       int;
    ts       bigint;
BEGIN
    statuses := array_fill(0, ARRAY[n]);
    timestamps := array_fill(0::bigint, ARRAY[n]);
    IF n = 0 THEN
        RETURN;
    END IF;
    user_data_128 := ARRAY(SELECT coalesce(u.d, zero) FROM unnest(ids, user_data_128) WITH ORDINALITY AS u (i, d, o)
                           ORDER BY u.o);
    user_data_64 := coalesce(user_data_64, array_fill(0::bigint, ARRAY[n]));
    user_data_32 := coalesce(user_data_32, array_fill(0::bigint, ARRAY[n]));
    ledgers := coalesce(ledgers, array_fill(156::bigint, ARRAY[n]));
    codes := coalesce(codes, array_fill(1, ARRAY[n]));
    flags := coalesce(flags, array_fill(0, ARRAY[n]));
    stamps := coalesce(stamps, array_fill(0::bigint, ARRAY[n]));
    first_balance := coalesce(first_balance, array_fill(0, ARRAY[n]));
    batch_imported := flags[1] & 16 <> 0;
    IF batch_imported THEN
        LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
        SELECT coalesce(max(a.ts), 0) INTO newest FROM account a;
    END IF;
    first_ts := ledger_draw(n, now_ns);
    last_ts := first_ts + n - 1;

    FOR x IN
        SELECT u.o::int, e.id AS e_id, e.flags AS e_flags, coalesce(e.user_data_128, zero) AS e_u128,
               coalesce(e.user_data_64, 0) AS e_u64, coalesce(e.user_data_32, 0) AS e_u32, e.ledger AS e_ledger,
               e.code AS e_code, e.ts AS e_ts,
               array_agg(u.o::int) OVER (PARTITION BY u.id ORDER BY u.o) AS twins
        FROM   unnest(ids) WITH ORDINALITY AS u (id, o)
        LEFT JOIN account e ON e.id = u.id
        ORDER BY u.o
    LOOP
        i := x.o; ts := first_ts + i - 1;
        linked := flags[i] & 1 <> 0; imported := flags[i] & 16 <> 0;
        IF linked AND chain = 0 THEN
            chain := i; broken := false; chain_newest := newest;
        END IF;
        st := CASE
            WHEN linked AND i = n THEN 2
            WHEN broken THEN 1
            WHEN imported AND NOT batch_imported THEN 23
            WHEN batch_imported AND NOT imported THEN 22
            WHEN imported AND stamps[i] < 1 THEN 24
            WHEN imported AND stamps[i] >= last_ts THEN 25
            WHEN NOT imported AND stamps[i] <> 0 THEN 3
            WHEN flags[i] & ~63 <> 0 THEN 5
            WHEN ids[i] = zero THEN 6
            WHEN ids[i] = 'ffffffff-ffff-ffff-ffff-ffffffffffff' THEN 7
            ELSE 0 END;
        IF imported AND st = 0 THEN ts := stamps[i]; END IF;
        IF st = 0 THEN
            FOREACH j IN ARRAY x.twins LOOP
                EXIT WHEN j >= i;
                IF statuses[j] = -1 THEN
                    x.e_id := ids[j]; x.e_flags := flags[j]; x.e_u128 := user_data_128[j];
                    x.e_u64 := user_data_64[j]; x.e_u32 := user_data_32[j];
                    x.e_ledger := ledgers[j]; x.e_code := codes[j]; x.e_ts := timestamps[j];
                END IF;
            END LOOP;
            st := CASE
                WHEN x.e_id IS NOT NULL THEN CASE
                    WHEN flags[i] <> x.e_flags THEN 15
                    WHEN user_data_128[i] <> x.e_u128 THEN 16
                    WHEN user_data_64[i] <> x.e_u64 THEN 17
                    WHEN user_data_32[i] <> x.e_u32 THEN 18
                    WHEN ledgers[i] <> x.e_ledger THEN 19
                    WHEN codes[i] <> x.e_code THEN 20
                    ELSE 21 END
                WHEN flags[i] & 6 = 6 THEN 8
                WHEN first_balance[i] <> 0 THEN first_balance[i]
                WHEN ledgers[i] = 0 THEN 13
                WHEN codes[i] = 0 THEN 14
                WHEN imported AND (ts <= newest OR EXISTS (SELECT FROM transfer t WHERE t.ts = stamps[i])) THEN 26
                ELSE -1 END;
        END IF;
        statuses[i] := st;
        timestamps[i] := CASE WHEN st = 21 THEN x.e_ts WHEN st = -1 THEN ts ELSE first_ts + i - 1 END;
        IF st = -1 THEN
            IF imported THEN newest := ts; END IF;
        ELSIF chain > 0 AND NOT broken THEN
            broken := true; newest := chain_newest;
            FOR j IN chain .. i - 1 LOOP
                statuses[j] := 1;
            END LOOP;
        END IF;
        IF chain > 0 AND (NOT linked OR st = 2) THEN
            chain := 0; broken := false;
        END IF;
    END LOOP;

    INSERT INTO account (id, ts, ledger, code, flags, user_data_128, user_data_64, user_data_32)
    SELECT u.id, u.ts, u.ledger, u.code, u.flag, nullif(u.u128, zero), nullif(u.u64, 0), nullif(u.u32, 0)
    FROM   unnest(ids, timestamps, ledgers, codes, flags, user_data_128, user_data_64, user_data_32, statuses)
           AS u (id, ts, ledger, code, flag, u128, u64, u32, status)
    WHERE  u.status = -1
    ORDER BY u.id;
END $$;
