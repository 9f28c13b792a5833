-- The step kind `refund_new`. Table `refund`, order 820. Index: refund_number, refund_pkey.

-- Claimed in the order of the merchants' numbers, which are what two processes may both want.
CREATE OR REPLACE FUNCTION step_refund_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    laid uuid[];
BEGIN
    WITH claim AS (
        INSERT INTO refund (id, trade, merchant, out_refund_no, amount, fee_returned, at, reason, cashier,
                            approved_by)
        SELECT s.id, s.trade, s.merchant, s.out_refund_no, s.amount, coalesce(s.fee_returned, 0), s.at,
               s.reason, s.cashier, s.approved_by
        FROM   json_to_recordset(rows)
               AS s (c integer, id uuid, trade uuid, merchant uuid, out_refund_no text, amount bigint,
                     fee_returned bigint, at bigint, reason text, cashier uuid, approved_by uuid)
        WHERE  live[s.c] = 0
        ORDER  BY s.merchant, s.out_refund_no
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT array_agg(claim.id) INTO laid FROM claim;

    IF coalesce(cardinality(laid), 0) < json_array_length(rows) THEN
        SELECT array_agg(CASE WHEN q.l = 0 AND s.c IS NOT NULL THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n)
        LEFT   JOIN json_to_recordset(rows) AS s (c integer, id uuid)
               ON s.c = q.n AND s.id <> ALL (coalesce(laid, '{}'));
    END IF;
    RETURN live;
END $$;

-- What was claimed for a plan that fell out since goes again; an earlier commit's row stays.
CREATE OR REPLACE FUNCTION step_refund_new_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        DELETE FROM refund
        USING  json_to_recordset(rows) AS s (c integer, id uuid)
        WHERE  refund.id = s.id
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
END $$;
