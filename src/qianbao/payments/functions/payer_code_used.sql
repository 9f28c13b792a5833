-- The step kind `payer_code_used`. Table `payer_code`, order 810. Index: payer_code_pkey.

-- Locks in key order. Stale: used, run out or gone since the plan was made, or an earlier plan of this batch
-- takes it; the service looks again and says which.
CREATE OR REPLACE FUNCTION step_payer_code_used_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    stale integer[];
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT s.c, s.id, s.at, row_number() OVER (PARTITION BY s.id ORDER BY s.c) AS turn
        FROM   json_to_recordset(rows) AS s (c integer, id uuid, at bigint)
        WHERE  live[s.c] = 0
    ), held AS MATERIALIZED (
        SELECT id, trade, expires
        FROM   payer_code
        WHERE  id = ANY (ARRAY (SELECT asked.id FROM asked))
        ORDER  BY id
        FOR NO KEY UPDATE
    )
    SELECT array_agg(asked.c)
    INTO   stale
    FROM   asked
    LEFT   JOIN held ON held.id = asked.id
    WHERE  held.id IS NULL
    OR     held.trade IS NOT NULL
    OR     held.expires <= asked.at
    OR     asked.turn > 1;

    IF stale IS NOT NULL THEN
        SELECT array_agg(CASE WHEN q.n = ANY (stale) THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n);
    END IF;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_payer_code_used_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE payer_code AS p
    SET    trade = s.trade
    FROM   json_to_recordset(rows) AS s (c integer, id uuid, trade uuid)
    WHERE  p.id = s.id
    AND    live[s.c] = 0;
$$;
