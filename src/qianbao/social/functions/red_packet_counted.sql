-- The step kind `red_packet_counted`. Table `red_packet_day`, order 825. Index: red_packet_day_pkey.
-- It commutes: a person's packets of a day are counted under the row's lock.

-- Refused (1104) when the day's number is used up; stale where only others of this batch would use it up.
CREATE OR REPLACE FUNCTION step_red_packet_counted_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO red_packet_day AS d (person, day, sent)
    SELECT DISTINCT s.person, s.day, 0
    FROM   json_to_recordset(rows) AS s (c integer, person uuid, day integer)
    WHERE  live[s.c] = 0
    ORDER  BY s.person, s.day
    ON CONFLICT (person, day) DO UPDATE SET sent = d.sent;

    SELECT array_agg(coalesce(judged.outcome, q.l) ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN (
        SELECT s.c, CASE WHEN d.sent >= s.most THEN 1104::smallint
                         WHEN d.sent + row_number() OVER (PARTITION BY s.person, s.day ORDER BY s.c) > s.most
                         THEN 3::smallint END AS outcome
        FROM   json_to_recordset(rows) AS s (c integer, person uuid, day integer, most integer)
        JOIN   red_packet_day AS d ON d.person = s.person AND d.day = s.day
        WHERE  live[s.c] = 0
    ) AS judged ON judged.c = q.n;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_red_packet_counted_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE red_packet_day AS d
    SET    sent = d.sent + s.sent
    FROM  (SELECT q.person, q.day, count(*)::integer AS sent
           FROM   json_to_recordset(rows) AS q (c integer, person uuid, day integer)
           WHERE  live[q.c] = 0
           GROUP  BY q.person, q.day) AS s
    WHERE  d.person = s.person
    AND    d.day = s.day;
$$;
