-- The step kind `shift_opened`. Table `shift`, order 1100. Indexes: shift_pkey, shift_cashier_open, shift_till_open.

-- Claimed in the order of cashiers. Stale: this cashier, or another one at this till, has a shift open.
CREATE OR REPLACE FUNCTION step_shift_opened_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    laid uuid[];
BEGIN
    WITH claim AS (
        INSERT INTO shift (id, merchant, store, till, cashier, opened, float_amount)
        SELECT s.id, s.merchant, s.store, s.till, s.cashier, s.opened, s.float_amount
        FROM   json_to_recordset(rows)
               AS s (c integer, id uuid, merchant uuid, store uuid, till text, cashier uuid, opened bigint,
                     float_amount bigint)
        WHERE  live[s.c] = 0
        ORDER  BY s.cashier, s.id
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
CREATE OR REPLACE FUNCTION step_shift_opened_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        DELETE FROM shift
        USING  json_to_recordset(rows) AS s (c integer, id uuid)
        WHERE  shift.id = s.id
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
END $$;
