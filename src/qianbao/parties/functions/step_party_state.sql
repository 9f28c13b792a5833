-- The step kind `party_state`: freezing and opening. Table `party`, order 400. Index: party_pkey.

CREATE OR REPLACE FUNCTION step_party_state_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    stale integer[];
BEGIN
    -- Locks in key order; stale: the row moved, or an earlier plan of this batch takes it.
    WITH asked AS (
        SELECT s.c, s.party, s.seen_version,
               row_number() OVER (PARTITION BY s.party ORDER BY s.c) AS turn
        FROM   json_to_recordset(rows) AS s (c integer, party uuid, seen_version integer)
        WHERE  live[s.c] = 0
    ), held AS MATERIALIZED (
        SELECT id, version
        FROM   party
        WHERE  id IN (SELECT asked.party FROM asked)
        ORDER  BY id
        FOR NO KEY UPDATE
    )
    SELECT array_agg(asked.c)
    INTO   stale
    FROM   asked
    LEFT   JOIN held ON held.id = asked.party
    WHERE  held.version IS DISTINCT FROM asked.seen_version
    OR     asked.turn > 1;
    IF stale IS NOT NULL THEN
        SELECT array_agg(CASE WHEN q.n = ANY (stale) THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n);
    END IF;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_party_state_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE party AS p
    SET    state = s.state, frozen_by = s.frozen_by, closing = s.closing, version = p.version + 1
    FROM   json_to_recordset(rows)
           AS s (c integer, party uuid, state text, frozen_by text, closing uuid)
    WHERE  p.id = s.party
    AND    live[s.c] = 0;
$$;
