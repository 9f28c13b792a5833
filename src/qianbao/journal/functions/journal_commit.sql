-- One batch of plans, one transaction: claim, see, ledger, write, outcomes. It knows no room: step kinds
-- arrive by name, in the fixed order of their tables, each with its rows as one JSON array.
--
-- Lock order, everywhere: command ids, then step tables in their order, then account ids; each in key order.
-- Arrays are by plan (commands … results), by kind (kinds, step_rows) or by transfer (plans … spends, where
-- `plans` is the 1-based number of the transfer's plan). Transfers are in the order of their plans.
--
-- outcomes[c], by plan: 0 done; 1 the same command was done before; 2 its id stands with other content;
-- 3 stale, nothing stored; from 100 refused by the ledger (100 + status; legs[c] says where); from 1000
-- refused by a step. moments[c], told[c]: of one found before; told[c] also where a step completed the result.
-- All four are NULL when every plan is done as it was sent.
--
-- An amount of -1 is left to a step of its plan (the next share of a red packet is known only under the row's
-- lock). Such a kind has a third function, step_<kind>_tell(rows, live) → (c, amount, told): the plan's open
-- amounts, and a JSON object that joins the event's data and the result. An amount that no step tells is
-- refused by the ledger.
CREATE OR REPLACE FUNCTION journal_commit(
    commands uuid[], digests bigint[], callers uuid[], subjects uuid[], types text[], datas text[], results text[],
    kinds text[], step_rows json[],
    plans int[], ids uuid[], debits uuid[], credits uuid[], amounts bigint[], flags int[], codes int[],
    ledgers bigint[], pendings uuid[], user_data_128 uuid[], user_data_64 bigint[], user_data_32 bigint[],
    timeouts bigint[], spends smallint[], now_ns bigint,
    OUT outcomes smallint[], OUT legs smallint[], OUT moments bigint[], OUT told text[]
)
LANGUAGE plpgsql
AS $$
DECLARE
    asked    CONSTANT int := cardinality(commands);
    live     smallint[] := array_fill(0::smallint, ARRAY[asked]);
    leg_at   smallint[] := array_fill(NULL::smallint, ARRAY[asked]);
    moment   bigint[]   := array_fill(NULL::bigint, ARRAY[asked]);
    given    text[]     := array_fill(NULL::text, ARRAY[asked]);
    claimed  int;
    found    record;
    statuses int[];
    open     boolean := false;
    said     smallint[];
    saids    bigint[];
    texts    text[];
BEGIN
    -- 1. Claim. Key order, so two processes never wait in a ring.
    WITH claim AS (
        INSERT INTO command (id, digest, ts, caller, subject, ordinal, type, data, result)
        SELECT q.id, q.digest, now_ns, q.caller, q.subject, q.ordinal, q.type, q.data, q.result
        FROM   unnest(commands, digests, callers, subjects, types, datas, results)
               WITH ORDINALITY AS q (id, digest, caller, subject, type, data, result, ordinal)
        ORDER BY q.id
        ON CONFLICT (id) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) INTO claimed FROM claim;

    IF claimed < asked THEN
        FOR found IN
            SELECT q.ordinal AS c, q.digest = k.digest AS same, k.outcome, k.leg, k.ts, k.result
            FROM   unnest(commands, digests) WITH ORDINALITY AS q (id, digest, ordinal)
            JOIN   command AS k ON k.id = q.id
            WHERE  k.xid <> pg_current_xact_id()
        LOOP
            live[found.c] := CASE WHEN NOT found.same THEN 2 WHEN found.outcome = 0 THEN 1 ELSE found.outcome END;
            leg_at[found.c] := found.leg;
            moment[found.c] := found.ts;
            given[found.c] := found.result;
        END LOOP;
    END IF;

    IF claimed > 0 THEN
        -- 2. Each kind locks its rows and compares what the plans saw.
        FOR k IN 1 .. cardinality(kinds) LOOP
            EXECUTE format('SELECT %I($1, $2)', 'step_' || kinds[k] || '_see')
            INTO live USING step_rows[k], live;
        END LOOP;

        -- What a step alone can say: amounts that were left open, and the words that go with them.
        open := coalesce(-1 = ANY (amounts), false);
        IF open THEN
            FOR k IN 1 .. cardinality(kinds) LOOP
                CONTINUE WHEN to_regprocedure(format('%I(json, smallint[])', 'step_' || kinds[k] || '_tell')) IS NULL;
                EXECUTE format('SELECT array_agg(t.c), array_agg(t.amount), array_agg(t.told) FROM %I($1, $2) AS t',
                               'step_' || kinds[k] || '_tell')
                INTO  said, saids, texts USING step_rows[k], live;
                CONTINUE WHEN said IS NULL;
                amounts := ARRAY(SELECT CASE WHEN q.amount = -1 THEN coalesce(s.amount, -1) ELSE q.amount END
                                 FROM   unnest(plans, amounts) WITH ORDINALITY AS q (plan, amount, o)
                                 LEFT   JOIN unnest(said, saids) AS s (c, amount) ON s.c = q.plan
                                 ORDER  BY q.o);
                WITH completed AS (
                    UPDATE command AS claim
                    SET    data   = CASE claim.data WHEN '{}' THEN s.told
                                    ELSE left(claim.data, -1) || ',' || substr(s.told, 2) END,
                           result = CASE coalesce(claim.result, '{}') WHEN '{}' THEN s.told
                                    ELSE left(claim.result, -1) || ',' || substr(s.told, 2) END
                    FROM   unnest(said, texts) AS s (c, told)
                    WHERE  claim.id = commands[s.c]
                    RETURNING s.c, claim.result
                )
                SELECT array_agg(coalesce(s.result, q.g) ORDER BY q.o)
                INTO   given
                FROM   unnest(given) WITH ORDINALITY AS q (g, o)
                LEFT   JOIN completed AS s ON s.c = q.o;
            END LOOP;
        END IF;

        -- 3. Money, for the plans that are alive.
        IF cardinality(ids) > 0 THEN
            IF NOT 0 = ALL (live) THEN
                SELECT coalesce(array_agg(q.plan ORDER BY q.o), '{}'),
                       array_agg(q.id ORDER BY q.o), array_agg(q.debit ORDER BY q.o),
                       array_agg(q.credit ORDER BY q.o), array_agg(q.amount ORDER BY q.o),
                       CASE WHEN flags         IS NOT NULL THEN array_agg(q.flag    ORDER BY q.o) END,
                       CASE WHEN codes         IS NOT NULL THEN array_agg(q.code    ORDER BY q.o) END,
                       CASE WHEN ledgers       IS NOT NULL THEN array_agg(q.ledger  ORDER BY q.o) END,
                       CASE WHEN pendings      IS NOT NULL THEN array_agg(q.pending ORDER BY q.o) END,
                       CASE WHEN user_data_128 IS NOT NULL THEN array_agg(q.data128 ORDER BY q.o) END,
                       CASE WHEN user_data_64  IS NOT NULL THEN array_agg(q.data64  ORDER BY q.o) END,
                       CASE WHEN user_data_32  IS NOT NULL THEN array_agg(q.data32  ORDER BY q.o) END,
                       CASE WHEN timeouts      IS NOT NULL THEN array_agg(q.timeout ORDER BY q.o) END,
                       CASE WHEN spends        IS NOT NULL THEN array_agg(q.spend   ORDER BY q.o) END
                INTO   plans, ids, debits, credits, amounts, flags, codes, ledgers, pendings,
                       user_data_128, user_data_64, user_data_32, timeouts, spends
                FROM   unnest(plans, ids, debits, credits, amounts, flags, codes, ledgers, pendings,
                              user_data_128, user_data_64, user_data_32, timeouts, spends)
                       WITH ORDINALITY AS q (plan, id, debit, credit, amount, flag, code, ledger, pending,
                                             data128, data64, data32, timeout, spend, o)
                WHERE  live[q.plan] = 0;
            END IF;

            IF cardinality(plans) > 0 THEN
                SELECT p.statuses INTO statuses
                FROM   ledger_post(ids, debits, credits, amounts, flags, codes, ledgers, pendings, user_data_128,
                                   user_data_64, user_data_32, timeouts, NULL, spends, true, now_ns) AS p;
                IF NOT -1 = ALL (statuses) THEN
                    -- The transfer at fault says why; the others of its chain only that the chain failed (1). Created is -1.
                    FOR found IN
                        SELECT q.plan AS c, 100 + q.status AS outcome, q.o - q.first + 1 AS leg
                        FROM  (SELECT plan, status, o, min(o) OVER (PARTITION BY plan) AS first
                               FROM   unnest(plans, statuses) WITH ORDINALITY AS s (plan, status, o)) AS q
                        WHERE  q.status NOT IN (-1, 1)
                    LOOP
                        live[found.c] := found.outcome;
                        leg_at[found.c] := found.leg;
                    END LOOP;
                END IF;
            END IF;
        END IF;

        -- 4. Each kind writes what is alive.
        FOR k IN 1 .. cardinality(kinds) LOOP
            EXECUTE format('SELECT %I($1, $2)', 'step_' || kinds[k] || '_write')
            USING step_rows[k], live;
        END LOOP;
    END IF;

    -- 5. The few that fell out: stale leaves nothing behind, a refusal is kept.
    IF open OR NOT 0 = ALL (live) THEN
        outcomes := live;
        legs := leg_at;
        moments := moment;
        told := given;
    END IF;
    IF NOT 0 = ALL (live) THEN
        DELETE FROM command
        USING  unnest(commands, live) AS q (id, outcome)
        WHERE  command.id = q.id AND q.outcome = 3 AND command.xid = pg_current_xact_id();
        UPDATE command
        SET    outcome = q.outcome, leg = q.leg
        FROM   unnest(commands, live, leg_at) AS q (id, outcome, leg)
        WHERE  command.id = q.id AND q.outcome >= 100 AND command.xid = pg_current_xact_id();
    END IF;
END $$;
