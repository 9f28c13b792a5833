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
    careful  boolean := false;
    clashes  int := 0;
    lates    int := 0;
    first_ts bigint;
BEGIN
    IF coalesce(cardinality(ids), 0) = 0 THEN
        statuses := '{}'; timestamps := '{}';
        RETURN;
    END IF;
    fresh := coalesce(fresh, false);
    IF flags[1] & 256 <> 0 THEN
        -- Imports are in the order of all transfers: nobody else may write one meanwhile. Before any account's lock.
        LOCK TABLE transfer IN SHARE ROW EXCLUSIVE MODE;
    END IF;
    first_ts := ledger_draw(cardinality(ids), now_ns);
    LOOP
        BEGIN
            SELECT p.statuses, p.timestamps INTO statuses, timestamps
            FROM   ledger_post_once(ids, debits, credits, amounts, flags, codes, ledgers, pendings, user_data_128,
                                    user_data_64, user_data_32, timeouts, stamps, spends, fresh, careful,
                                    first_ts, now_ns) p;
            RETURN;
        EXCEPTION
            WHEN unique_violation THEN      -- an id appeared in another transaction while this ran: now it is found
                clashes := clashes + 1;
                IF clashes > 5 THEN
                    RAISE;
                END IF;
                fresh := false;
            WHEN SQLSTATE 'QB001' THEN      -- a later batch was quicker at an account: draw again
                lates := lates + 1;
                -- Drawing while the locks are held is never late, but makes those late who wait: the last resort.
                first_ts := CASE WHEN lates < 4 THEN ledger_draw(cardinality(ids), now_ns) END;
            WHEN numeric_value_out_of_range THEN    -- a sum might overflow: decide each in order
                IF careful THEN
                    RAISE;
                END IF;
                careful := true;
        END;
    END LOOP;
END $$;
