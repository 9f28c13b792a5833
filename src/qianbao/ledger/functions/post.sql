-- ledger_post: a batch of transfers, in order, in one call. Status and timestamp of each, by its number.
--
-- status: TigerBeetle's published numbers; -1 is "created" (their 0xFFFFFFFF as a signed int); 200 and up are
-- our own (statuses.py). amounts: minor units; negative stands for "over 63 bits". Arrays from flags on may be
-- NULL: all zero, except ledgers (156) and codes (1). stamps: the user's timestamps of imported transfers.
-- fresh: the ids were never used before (they derive from a claimed command), so nobody looks for them.
-- now_ns: the moment; NULL is the server's clock; it never goes back. Isolation: READ COMMITTED.
CREATE OR REPLACE FUNCTION ledger_post(
    ids uuid[], debits uuid[], credits uuid[], amounts bigint[], flags int[], codes int[], ledgers bigint[],
    pendings uuid[], user_data_128 uuid[], user_data_64 bigint[], user_data_32 bigint[], timeouts bigint[],
    stamps bigint[], spends smallint[], fresh boolean, now_ns bigint,
    OUT statuses int[], OUT timestamps bigint[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
    careful boolean := false;
    clashes int := 0;
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 THEN
        statuses := '{}'; timestamps := '{}';
        RETURN;
    END IF;
    fresh := coalesce(fresh, false);
    LOOP
        BEGIN
            SELECT p.statuses, p.timestamps INTO statuses, timestamps
            FROM   ledger_post_once(ids, debits, credits, amounts, flags, codes, ledgers, pendings, user_data_128,
                                    user_data_64, user_data_32, timeouts, stamps, spends, fresh, careful,
                                    now_ns) p;
            RETURN;
        EXCEPTION
            WHEN unique_violation THEN      -- an id appeared in another transaction while this ran: now it is found
                clashes := clashes + 1;
                IF clashes > 5 THEN
                    RAISE;
                END IF;
                fresh := false;
            WHEN numeric_value_out_of_range THEN    -- a sum might overflow: decide each in order
                IF careful THEN
                    RAISE;
                END IF;
                careful := true;
        END;
    END LOOP;
END $$;
