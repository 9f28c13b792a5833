-- A room of the tests: jars with a version and a level. It adds a table and step kinds, and nothing else.
CREATE TABLE jar (
    id      uuid   PRIMARY KEY,
    version int    NOT NULL,
    level   bigint NOT NULL,
    CONSTRAINT jar_level_holds CHECK (level BETWEEN 0 AND 1000)
);
CREATE TABLE sip (
    command uuid PRIMARY KEY,
    jar     uuid NOT NULL
);

-- jar_made: an insert is never stale.
CREATE FUNCTION step_jar_made_see(rows json, live smallint[]) RETURNS smallint[]
LANGUAGE sql AS 'SELECT live';
CREATE FUNCTION step_jar_made_write(rows json, live smallint[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO jar (id, version, level)
    SELECT s.jar, 1, s.level
    FROM   json_to_recordset(rows) AS s (c int, jar uuid, level bigint)
    WHERE  live[s.c] = 0
    ORDER BY s.jar
$$;

-- jar_set: a versioned change. Stale when the row moved or an earlier plan of the batch takes it.
CREATE FUNCTION step_jar_set_see(rows json, live smallint[]) RETURNS smallint[]
LANGUAGE plpgsql AS $$
DECLARE
    late int;
BEGIN
    FOR late IN
        SELECT s.c
        FROM  (SELECT q.c, q.jar, q.seen, row_number() OVER (PARTITION BY q.jar ORDER BY q.c) AS turn
               FROM   json_to_recordset(rows) AS q (c int, jar uuid, seen int)
               WHERE  live[q.c] = 0) AS s
        LEFT JOIN (SELECT id, version
                   FROM   jar
                   WHERE  id IN (SELECT q.jar FROM json_to_recordset(rows) AS q (jar uuid))
                   ORDER BY id
                   FOR NO KEY UPDATE) AS held ON held.id = s.jar
        WHERE  held.version IS DISTINCT FROM s.seen OR s.turn > 1
    LOOP
        live[late] := 3;
    END LOOP;
    RETURN live;
END $$;
CREATE FUNCTION step_jar_set_write(rows json, live smallint[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE jar
    SET    level = s.level, version = version + 1
    FROM   json_to_recordset(rows) AS s (c int, jar uuid, level bigint)
    WHERE  jar.id = s.jar AND live[s.c] = 0
$$;

-- jar_sip: commutes (no version); the room refuses with its own number, 1901, when the jar is empty.
CREATE FUNCTION step_jar_sip_see(rows json, live smallint[]) RETURNS smallint[]
LANGUAGE plpgsql AS $$
DECLARE
    thirsty int;
BEGIN
    PERFORM 1 FROM jar
    WHERE  id IN (SELECT q.jar FROM json_to_recordset(rows) AS q (jar uuid))
    ORDER BY id FOR NO KEY UPDATE;
    FOR thirsty IN
        SELECT s.c
        FROM  (SELECT q.c, q.jar, row_number() OVER (PARTITION BY q.jar ORDER BY q.c) AS turn
               FROM   json_to_recordset(rows) AS q (c int, jar uuid)
               WHERE  live[q.c] = 0) AS s
        JOIN   jar ON jar.id = s.jar
        WHERE  s.turn > jar.level
    LOOP
        live[thirsty] := 1901;
    END LOOP;
    RETURN live;
END $$;
CREATE FUNCTION step_jar_sip_write(rows json, live smallint[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE jar
    SET    level = level - s.sips
    FROM  (SELECT q.jar, count(*) AS sips
           FROM   json_to_recordset(rows) AS q (c int, jar uuid)
           WHERE  live[q.c] = 0
           GROUP BY q.jar) AS s
    WHERE  jar.id = s.jar;
    INSERT INTO sip (command, jar)
    SELECT q.command, q.jar
    FROM   json_to_recordset(rows) AS q (c int, command uuid, jar uuid)
    WHERE  live[q.c] = 0
    ORDER BY q.command
$$;

-- jar_pour: commutes, and alone knows the amount: the first of a batch takes the whole level, the next one less.
CREATE FUNCTION step_jar_pour_see(rows json, live smallint[]) RETURNS smallint[]
LANGUAGE sql AS 'SELECT step_jar_sip_see(rows, live)';
CREATE FUNCTION step_jar_pour_tell(rows json, live smallint[])
RETURNS TABLE (c smallint, amount bigint, told text)
LANGUAGE sql AS $$
    SELECT s.c, jar.level - s.turn + 1, format('{"poured":%s}', jar.level - s.turn + 1)
    FROM  (SELECT q.c, q.jar, row_number() OVER (PARTITION BY q.jar ORDER BY q.c) AS turn
           FROM   json_to_recordset(rows) AS q (c smallint, jar uuid)
           WHERE  live[q.c] = 0) AS s
    JOIN   jar ON jar.id = s.jar
$$;
CREATE FUNCTION step_jar_pour_write(rows json, live smallint[]) RETURNS void
LANGUAGE sql AS $$
    UPDATE jar
    SET    level = level - s.pours
    FROM  (SELECT q.jar, count(*) AS pours
           FROM   json_to_recordset(rows) AS q (c int, jar uuid)
           WHERE  live[q.c] = 0
           GROUP BY q.jar) AS s
    WHERE  jar.id = s.jar
$$;
