-- The step kind `trade_new`. Table `trade`, order 800. Index: trade_pkey.

-- The rows are claimed here, in key order, so that two processes with one number never wait in a ring; a number
-- that is taken makes its plan stale.
CREATE OR REPLACE FUNCTION step_trade_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    asked CONSTANT integer := json_array_length(rows);
    laid  uuid[];
BEGIN
    WITH claim AS (
        INSERT INTO trade (id, merchant, command, payer, store, cashier, amount, created, expires, paid, closed,
                           fee, rate_bp, refunds, state, scene, currency, out_trade_no, brand, mcc, city, till,
                           subject, attach, subsidies)
        SELECT s.id, s.merchant, s.command, s.payer, s.store, s.cashier, s.amount, s.created, s.expires, s.paid,
               s.closed, coalesce(s.fee, 0), coalesce(s.rate_bp, 0), 0, s.state, s.scene,
               coalesce(s.currency, 'CNY'), s.out_trade_no, s.brand, s.mcc, s.city, s.till, s.subject, s.attach,
               s.subsidies
        FROM   json_to_recordset(rows)
               AS s (c integer, id uuid, merchant uuid, command uuid, payer uuid, store uuid, cashier uuid,
                     amount bigint, created bigint, expires bigint, paid bigint, closed bigint, fee bigint,
                     rate_bp integer, state text, scene text, currency text, out_trade_no text, brand text,
                     mcc text, city text, till text, subject text, attach text, subsidies jsonb)
        WHERE  live[s.c] = 0
        ORDER  BY s.id
        ON CONFLICT (id) DO NOTHING
        RETURNING command
    )
    SELECT array_agg(claim.command) INTO laid FROM claim;

    IF coalesce(cardinality(laid), 0) < asked THEN
        SELECT array_agg(CASE WHEN q.l = 0 AND s.c IS NOT NULL THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n)
        LEFT   JOIN json_to_recordset(rows) AS s (c integer, command uuid)
               ON s.c = q.n AND s.command <> ALL (coalesce(laid, '{}'));
    END IF;
    RETURN live;
END $$;

-- What was claimed for a plan that fell out since (by the ledger, by another step) goes again. A row of an
-- earlier commit of the same command stays: that plan is a repeat (1) or reuses an id (2).
CREATE OR REPLACE FUNCTION step_trade_new_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        DELETE FROM trade
        USING  json_to_recordset(rows) AS s (c integer, id uuid, command uuid)
        WHERE  trade.id = s.id
        AND    trade.command = s.command
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
END $$;
