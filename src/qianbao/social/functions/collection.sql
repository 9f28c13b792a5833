-- The step kinds `collection_new`, `collection_paid`, `collection_closed` and `collection_reminded`.
-- Table `collection`, order 850. Index: collection_pkey, collection_part_pkey.

CREATE OR REPLACE FUNCTION step_collection_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE sql AS $$ SELECT live; $$;

CREATE OR REPLACE FUNCTION step_collection_new_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO collection (id, collector, person, each, amount, created, people, split, state, currency, title)
    SELECT s.id, s.collector, s.person, s.each, s.amount, s.created, s.people, s.split, 'open',
           coalesce(s.currency, 'CNY'), s.title
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, collector uuid, person uuid, each bigint, amount bigint, created bigint,
                 people integer, split text, currency text, title text)
    WHERE  live[s.c] = 0
    ORDER  BY s.id;

    INSERT INTO collection_part (collection, person, wallet, amount, asked, place)
    SELECT s.id, m.person, m.wallet, m.amount, s.created, m.place
    FROM   json_to_recordset(rows) AS s (c integer, id uuid, created bigint, parts json)
    CROSS  JOIN LATERAL json_to_recordset(coalesce(s.parts, '[]'))
           AS m (person uuid, wallet uuid, amount bigint, place integer)
    WHERE  live[s.c] = 0
    ORDER  BY s.id, m.person;
$$;

-- Locks the collections of a batch, in key order.
CREATE OR REPLACE FUNCTION collection_held(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    SELECT
    FROM   collection
    WHERE  id = ANY (ARRAY (SELECT s.collection
                            FROM   json_to_recordset(rows) AS s (c integer, collection uuid)
                            WHERE  live[s.c] = 0))
    ORDER  BY id
    FOR NO KEY UPDATE;
$$;

-- Commutes: who pays counts one more, under the collection's lock. Refused: 1111 it is over, 1112 this person
-- has paid, 1113 it asks others. Stale: gone, another amount, or another plan of this batch is in the way.
CREATE OR REPLACE FUNCTION step_collection_paid_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM collection_held(rows, live);

    WITH judged AS MATERIALIZED (
        SELECT s.c, s.collection, s.person, s.wallet, s.command, s.amount, s.at, k.people, k.paid,
               CASE WHEN k.id IS NULL THEN 3
                    WHEN m.paid IS NOT NULL THEN 1112
                    WHEN k.state <> 'open' THEN 1111
                    WHEN k.split = 'named' AND m.person IS NULL THEN 1113
                    WHEN s.amount <> coalesce(m.amount, k.each) THEN 3
                    WHEN row_number() OVER (PARTITION BY s.collection, s.person ORDER BY s.c) > 1 THEN 3
                    ELSE 0 END AS outcome
        FROM   json_to_recordset(rows)
               AS s (c integer, collection uuid, person uuid, wallet uuid, command uuid, amount bigint, at bigint)
        LEFT   JOIN collection AS k ON k.id = s.collection
        LEFT   JOIN collection_part AS m ON m.collection = s.collection AND m.person = s.person
        WHERE  live[s.c] = 0
    ), placed AS MATERIALIZED (
        SELECT j.c, j.collection, j.person, j.wallet, j.command, j.amount, j.at,
               j.paid + row_number() OVER (PARTITION BY j.collection ORDER BY j.c) > j.people AS beyond
        FROM   judged AS j
        WHERE  j.outcome = 0
    ), laid AS (
        INSERT INTO collection_part AS m (collection, person, wallet, command, amount, asked, paid, place)
        SELECT q.collection, q.person, q.wallet, q.command, q.amount, q.at, q.at, 0
        FROM   placed AS q
        WHERE  NOT q.beyond
        ORDER  BY q.collection, q.person
        ON CONFLICT (collection, person) DO UPDATE
        SET    paid = excluded.paid, command = excluded.command, wallet = excluded.wallet
    )
    SELECT array_agg(CASE WHEN j.outcome <> 0 THEN j.outcome WHEN p.beyond THEN 3 ELSE q.l END::smallint ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN judged AS j ON j.c = q.n
    LEFT   JOIN placed AS p ON p.c = q.n;
    RETURN live;
END $$;

-- The collections follow their parts; what the ledger refused is taken back.
CREATE OR REPLACE FUNCTION step_collection_paid_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        DELETE FROM collection_part AS m
        USING  json_to_recordset(rows) AS s (c integer, collection uuid, person uuid, command uuid)
        WHERE  m.collection = s.collection AND m.person = s.person AND m.command = s.command
        AND    m.place = 0
        AND    live[s.c] NOT IN (0, 1, 2);
        UPDATE collection_part AS m
        SET    paid = NULL, command = NULL
        FROM   json_to_recordset(rows) AS s (c integer, collection uuid, person uuid, command uuid)
        WHERE  m.collection = s.collection AND m.person = s.person AND m.command = s.command
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
    UPDATE collection AS k
    SET    paid = k.paid + s.n,
           received = k.received + s.amount,
           state = CASE WHEN k.paid + s.n = k.people THEN 'complete' ELSE k.state END,
           ended = CASE WHEN k.paid + s.n = k.people THEN s.at ELSE k.ended END
    FROM  (SELECT q.collection, count(*)::integer AS n, sum(q.amount)::bigint AS amount, max(q.at) AS at
           FROM   json_to_recordset(rows) AS q (c integer, collection uuid, amount bigint, at bigint)
           WHERE  live[q.c] = 0
           GROUP  BY q.collection) AS s
    WHERE  k.id = s.collection;
END $$;

-- Stale: it is over already, or an earlier plan of this batch closes it. Payments of this batch come after.
CREATE OR REPLACE FUNCTION step_collection_closed_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    ended integer[];
BEGIN
    PERFORM collection_held(rows, live);

    WITH asked AS MATERIALIZED (
        SELECT DISTINCT ON (s.collection) s.c, s.collection, s.at
        FROM   json_to_recordset(rows) AS s (c integer, collection uuid, at bigint)
        WHERE  live[s.c] = 0
        ORDER  BY s.collection, s.c
    ), moved AS (
        UPDATE collection AS k
        SET    state = 'closed', ended = asked.at
        FROM   asked
        WHERE  k.id = asked.collection
        AND    k.state = 'open'
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

-- A closing moves no money and has no other step: what `see` let through stands.
CREATE OR REPLACE FUNCTION step_collection_closed_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$ SELECT; $$;

-- Refused: 1114 reminded a moment ago, or as often as is allowed. Stale: it is over.
CREATE OR REPLACE FUNCTION step_collection_reminded_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM collection_held(rows, live);

    WITH asked AS MATERIALIZED (
        SELECT s.c, s.collection, s.at,
               CASE WHEN k.state IS DISTINCT FROM 'open' THEN 3
                    WHEN k.reminded > s.at - s.pause OR k.reminders >= s.most THEN 1114
                    WHEN row_number() OVER (PARTITION BY s.collection ORDER BY s.c) > 1 THEN 3
                    ELSE 0 END AS outcome
        FROM   json_to_recordset(rows)
               AS s (c integer, collection uuid, at bigint, pause bigint, most integer)
        LEFT   JOIN collection AS k ON k.id = s.collection
        WHERE  live[s.c] = 0
    ), moved AS (
        UPDATE collection AS k
        SET    reminded = asked.at, reminders = k.reminders + 1
        FROM   asked
        WHERE  k.id = asked.collection
        AND    asked.outcome = 0
    )
    SELECT array_agg(CASE WHEN asked.outcome > 0 THEN asked.outcome ELSE q.l END::smallint ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN asked ON asked.c = q.n;
    RETURN live;
END $$;

-- A reminder moves no money and has no other step: what `see` let through stands.
CREATE OR REPLACE FUNCTION step_collection_reminded_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$ SELECT; $$;
