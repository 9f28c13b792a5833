-- The step kind `payer_code_used`. Table `payer_code`, order 810. Index: payer_code_pkey.

-- The rows are written here, in key order, as if every plan went through: one pass locks, looks and writes. Stale:
-- used, run out or gone since the plan was made, or an earlier plan of this batch takes it; the service looks again
-- and says which.
CREATE OR REPLACE FUNCTION step_payer_code_used_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off    -- a nested loop over sorted ids locks in key order,
SET enable_seqscan = off                                -- by the index, however small the table was when planned
AS $$
DECLARE
    asked integer;
    taken integer[];
BEGIN
    WITH asked AS MATERIALIZED (
        SELECT s.c, s.id, s.trade, s.at
        FROM   json_to_recordset(rows) AS s (c integer, id uuid, trade uuid, at bigint)
        WHERE  live[s.c] = 0
        ORDER  BY s.id, s.c
    ), used AS (
        UPDATE payer_code AS p
        SET    trade = asked.trade
        FROM   asked
        WHERE  p.id = asked.id
        AND    p.trade IS NULL
        AND    p.expires > asked.at
        RETURNING asked.c
    )
    SELECT array_agg(used.c), (SELECT count(*) FROM asked)
    INTO   taken, asked
    FROM   used;

    IF coalesce(cardinality(taken), 0) < asked THEN
        SELECT array_agg(CASE WHEN q.l = 0 AND s.c IS NOT NULL THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n)
        LEFT   JOIN json_to_recordset(rows) AS s (c integer) ON s.c = q.n AND s.c <> ALL (coalesce(taken, '{}'));
    END IF;
    RETURN live;
END $$;

-- What was taken here for a plan that fell out since is free again: rows of this transaction that no living plan uses.
CREATE OR REPLACE FUNCTION step_payer_code_used_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        WITH asked AS MATERIALIZED (
            SELECT s.id, bool_or(live[s.c] = 0) AS lives
            FROM   json_to_recordset(rows) AS s (c integer, id uuid)
            GROUP  BY s.id
        )
        UPDATE payer_code AS p
        SET    trade = NULL
        FROM   asked
        WHERE  p.id = asked.id
        AND    NOT asked.lives
        AND    p.xmin = pg_current_xact_id()::xid;
    END IF;
END $$;
