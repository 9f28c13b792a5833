-- The step kind `red_packet_expired`. Table `red_packet`, order 830. Index: red_packet_pkey.
-- Its name sorts before `red_packet_grabbed`: a packet that ends in a batch is over for that batch's grabs.

-- Marked at once, so that the grabs of this batch find it over. Stale: it is over already, or not yet.
CREATE OR REPLACE FUNCTION step_red_packet_expired_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    ended integer[];
BEGIN
    PERFORM
    FROM   red_packet
    WHERE  id = ANY (ARRAY (SELECT s.packet
                            FROM   json_to_recordset(rows) AS s (c integer, packet uuid)
                            WHERE  live[s.c] = 0))
    ORDER  BY id
    FOR NO KEY UPDATE;

    WITH asked AS MATERIALIZED (
        SELECT DISTINCT ON (s.packet) s.c, s.packet, s.command, s.at
        FROM   json_to_recordset(rows) AS s (c integer, packet uuid, command uuid, at bigint)
        WHERE  live[s.c] = 0
        ORDER  BY s.packet, s.c
    ), moved AS (
        UPDATE red_packet AS p
        SET    state = 'expired', returned = p.amount - p.given, ended = asked.at, ending = asked.command
        FROM   asked
        WHERE  p.id = asked.packet
        AND    p.state = 'open'
        AND    p.expires <= asked.at
        RETURNING asked.c
    )
    SELECT array_agg(moved.c)
    INTO   ended
    FROM   moved;

    SELECT array_agg(CASE WHEN q.l = 0 AND s.c IS NOT NULL AND q.n <> ALL (coalesce(ended, '{}'))
                          THEN 3::smallint ELSE q.l END ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN json_to_recordset(rows) AS s (c integer) ON s.c = q.n;
    RETURN live;
END $$;

-- The rest is what was not given, known only under the row's lock.
CREATE OR REPLACE FUNCTION step_red_packet_expired_tell(rows json, live smallint[])
RETURNS TABLE (c smallint, amount bigint, told text)
LANGUAGE sql STABLE AS $$
    SELECT s.c, p.returned, format('{"amount":%s,"given":%s,"shares_given":%s}', p.returned, p.given,
                                   p.taken - cardinality(p.free))
    FROM   json_to_recordset(rows) AS s (c smallint, packet uuid)
    JOIN   red_packet AS p ON p.id = s.packet
    WHERE  live[s.c] = 0;
$$;

-- Where the rest could not return (the sender's wallet is frozen) the packet is as it was.
CREATE OR REPLACE FUNCTION step_red_packet_expired_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        UPDATE red_packet AS p
        SET    state = 'open', returned = 0, ended = NULL, ending = NULL
        FROM   json_to_recordset(rows) AS s (c integer, packet uuid, command uuid)
        WHERE  p.id = s.packet
        AND    p.ending = s.command
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
END $$;
