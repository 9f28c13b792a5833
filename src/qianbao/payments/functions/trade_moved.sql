-- The step kind `trade_moved`. Table `trade`, order 800. Index: trade_pkey.

CREATE OR REPLACE FUNCTION step_trade_moved_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    stale integer[];
BEGIN
    -- Locks in key order; stale: the row moved, or an earlier plan of this batch takes it.
    WITH asked AS MATERIALIZED (
        SELECT s.c, s.id, s.seen, row_number() OVER (PARTITION BY s.id ORDER BY s.c) AS turn
        FROM   json_to_recordset(rows) AS s (c integer, id uuid, seen integer)
        WHERE  live[s.c] = 0
    ), held AS MATERIALIZED (
        SELECT id, version
        FROM   trade
        WHERE  id = ANY (ARRAY (SELECT asked.id FROM asked))
        ORDER  BY id
        FOR NO KEY UPDATE
    )
    SELECT array_agg(asked.c)
    INTO   stale
    FROM   asked
    LEFT   JOIN held ON held.id = asked.id
    WHERE  held.version IS DISTINCT FROM asked.seen
    OR     asked.turn > 1;

    IF stale IS NOT NULL THEN
        SELECT array_agg(CASE WHEN q.n = ANY (stale) THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n);
    END IF;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_trade_moved_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE trade AS t
    SET    version      = t.version + 1,
           state        = s.state,
           payer        = coalesce(s.payer, t.payer),
           brand        = coalesce(s.brand, t.brand),
           scene        = coalesce(s.scene, t.scene),
           paid         = coalesce(s.paid, t.paid),
           closed       = coalesce(s.closed, t.closed),
           fee          = coalesce(s.fee, t.fee),
           refunded     = coalesce(s.refunded, t.refunded),
           fee_returned = coalesce(s.fee_returned, t.fee_returned),
           refunds      = coalesce(s.refunds, t.refunds)
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, state text, payer uuid, brand text, scene text, paid bigint, closed bigint,
                 fee bigint, refunded bigint, fee_returned bigint, refunds smallint)
    WHERE  t.id = s.id
    AND    live[s.c] = 0;
$$;
