-- The step kind `red_packet_grabbed`. Table `red_packet`, order 830. Index: red_packet_pkey,
-- red_packet_grab_pkey, red_packet_share_pkey.
--
-- It commutes: no version is seen, the next free shares are assigned in the order of the batch under the
-- packet's lock. Free are those that came back, then all after `taken`.

-- Refused: 1101 nothing is left, 1102 this person has had a share, 1103 its time is over. Stale, so that the
-- service looks again: no such packet, or only another plan of this batch is in the way.
CREATE OR REPLACE FUNCTION step_red_packet_grabbed_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM
    FROM   red_packet
    WHERE  id = ANY (ARRAY (SELECT s.packet
                            FROM   json_to_recordset(rows) AS s (c integer, packet uuid)
                            WHERE  live[s.c] = 0))
    ORDER  BY id
    FOR NO KEY UPDATE;

    -- A statement of its own, so that it sees what those committed for whom the lock had to wait.
    WITH judged AS MATERIALIZED (
        SELECT s.c, s.packet, s.person, s.wallet, s.command, s.at, p.each, p.count, p.taken, p.free,
               CASE WHEN p.id IS NULL THEN 3
                    WHEN g.packet IS NOT NULL THEN 1102
                    WHEN p.state = 'expired' OR s.at >= p.expires THEN 1103
                    WHEN p.state = 'emptied' THEN 1101
                    WHEN row_number() OVER (PARTITION BY s.packet, s.person ORDER BY s.c) > 1 THEN 3
                    ELSE 0 END AS outcome
        FROM   json_to_recordset(rows)
               AS s (c integer, packet uuid, person uuid, wallet uuid, command uuid, at bigint)
        LEFT   JOIN red_packet AS p ON p.id = s.packet
        LEFT   JOIN red_packet_grab AS g ON g.packet = s.packet AND g.person = s.person
        WHERE  live[s.c] = 0
    ), placed AS MATERIALIZED (
        SELECT q.c, q.packet, q.person, q.wallet, q.command, q.at, q.each, q.count,
               CASE WHEN q.n <= cardinality(q.free) THEN q.free[q.n]
                    ELSE q.taken + q.n - cardinality(q.free) END AS position
        FROM  (SELECT j.c, j.packet, j.person, j.wallet, j.command, j.at, j.each, j.count, j.taken, j.free,
                      row_number() OVER (PARTITION BY j.packet ORDER BY j.c)::integer AS n
               FROM   judged AS j
               WHERE  j.outcome = 0) AS q
    ), drawn AS MATERIALIZED (
        SELECT d.packet, d.first + m.n - 1 AS position, m.amount
        FROM  (SELECT DISTINCT q.packet, (q.position - 1) / 200 * 200 + 1 AS first
               FROM   placed AS q
               WHERE  q.each IS NULL) AS needed
        JOIN   red_packet_share AS d ON d.packet = needed.packet AND d.first = needed.first
        CROSS  JOIN LATERAL unnest(d.amounts) WITH ORDINALITY AS m (amount, n)
    ), laid AS (
        INSERT INTO red_packet_grab (packet, person, wallet, command, amount, at, position)
        SELECT q.packet, q.person, q.wallet, q.command, coalesce(q.each, d.amount), q.at, q.position
        FROM   placed AS q
        LEFT   JOIN drawn AS d ON d.packet = q.packet AND d.position = q.position
        WHERE  q.position <= q.count
        ORDER  BY q.packet, q.person
    )
    SELECT array_agg(CASE WHEN j.outcome <> 0 THEN j.outcome WHEN p.position > p.count THEN 3 ELSE q.l END::smallint
                     ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN judged AS j ON j.c = q.n
    LEFT   JOIN placed AS p ON p.c = q.n;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_red_packet_grabbed_tell(rows json, live smallint[])
RETURNS TABLE (c smallint, amount bigint, told text)
LANGUAGE sql STABLE AS $$
    SELECT s.c, g.amount, format('{"amount":%s,"position":%s}', g.amount, g.position)
    FROM   json_to_recordset(rows) AS s (c smallint, packet uuid, person uuid)
    JOIN   red_packet_grab AS g ON g.packet = s.packet AND g.person = s.person
    WHERE  live[s.c] = 0;
$$;

-- The packets follow their grabs. A grab that the ledger refused (a frozen wallet) goes, and its share is free.
CREATE OR REPLACE FUNCTION step_red_packet_grabbed_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH made AS MATERIALIZED (
        SELECT g.packet, g.person, g.command, g.position, g.amount, s.at, live[s.c] = 0 AS kept
        FROM   json_to_recordset(rows) AS s (c integer, packet uuid, person uuid, command uuid, at bigint)
        JOIN   red_packet_grab AS g ON g.packet = s.packet AND g.person = s.person AND g.command = s.command
        WHERE  live[s.c] NOT IN (1, 2)
    ), gone AS (
        DELETE FROM red_packet_grab
        USING  made
        WHERE  NOT made.kept
        AND    red_packet_grab.packet = made.packet
        AND    red_packet_grab.person = made.person
    ), moved AS (
        SELECT made.packet, max(made.position) AS highest, max(made.at) AS at,
               coalesce(sum(made.amount) FILTER (WHERE made.kept), 0)::bigint AS amount,
               coalesce(array_agg(made.position) FILTER (WHERE made.kept), '{}') AS kept,
               coalesce(array_agg(made.position) FILTER (WHERE NOT made.kept), '{}') AS gone,
               max(made.amount) FILTER (WHERE made.kept) AS best,
               (array_agg(made.position ORDER BY made.amount DESC, made.position) FILTER (WHERE made.kept))[1]
               AS best_position
        FROM   made
        GROUP  BY made.packet
    )
    UPDATE red_packet AS p
    SET    taken = greatest(p.taken, m.highest),
           free = CASE WHEN p.free = '{}' AND m.gone = '{}' THEN p.free
                       ELSE ARRAY (SELECT DISTINCT f.place
                                   FROM   unnest(p.free || m.gone) AS f (place)
                                   WHERE  f.place <> ALL (m.kept)
                                   ORDER  BY f.place) END,
           given = p.given + m.amount,
           best = greatest(p.best, m.best),
           best_position = CASE WHEN m.best > p.best OR (m.best = p.best AND m.best_position < p.best_position)
                                THEN m.best_position ELSE p.best_position END,
           state = CASE WHEN p.given + m.amount = p.amount THEN 'emptied' ELSE p.state END,
           ended = CASE WHEN p.given + m.amount = p.amount THEN m.at ELSE p.ended END
    FROM   moved AS m
    WHERE  p.id = m.packet;
END $$;
