-- The step kind `shift_over`. Table `shift`, order 1100. Index: shift_pkey.

-- Locks in key order. Stale: closed already, unknown, or an earlier plan of this batch closes it.
CREATE OR REPLACE FUNCTION step_shift_over_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    stale integer[];
BEGIN
    WITH asked AS (
        SELECT s.c, s.id, row_number() OVER (PARTITION BY s.id ORDER BY s.c) AS turn
        FROM   json_to_recordset(rows) AS s (c integer, id uuid)
        WHERE  live[s.c] = 0
    ), held AS MATERIALIZED (
        SELECT id
        FROM   shift
        WHERE  id IN (SELECT asked.id FROM asked)
        AND    closed IS NULL
        ORDER  BY id
        FOR NO KEY UPDATE
    )
    SELECT array_agg(asked.c)
    INTO   stale
    FROM   asked
    LEFT   JOIN held ON held.id = asked.id
    WHERE  held.id IS NULL
    OR     asked.turn > 1;
    IF stale IS NOT NULL THEN
        SELECT array_agg(CASE WHEN q.n = ANY (stale) THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n);
    END IF;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_shift_over_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE shift
    SET    closed = s.closed, closed_by = s.closed_by, counted = s.counted, expected = s.expected
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, closed bigint, closed_by uuid, counted bigint, expected bigint)
    WHERE  shift.id = s.id
    AND    live[s.c] = 0;
$$;
