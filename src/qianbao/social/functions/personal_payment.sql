-- The step kinds `personal_payment_new` and `personal_payment_moved`. Table `personal_payment`, order 840.
-- Index: personal_payment_pkey.

-- An insert under a new id is never stale: it is laid when the ledger has answered.
CREATE OR REPLACE FUNCTION step_personal_payment_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE sql AS $$ SELECT live; $$;

CREATE OR REPLACE FUNCTION step_personal_payment_new_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO personal_payment (id, payer, payee, payer_person, payee_person, amount, at, currency, state, note)
    SELECT s.id, s.payer, s.payee, s.payer_person, s.payee_person, s.amount, s.at, coalesce(s.currency, 'CNY'),
           s.state, coalesce(s.note, '')
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, payer uuid, payee uuid, payer_person uuid, payee_person uuid, amount bigint,
                 at bigint, currency text, state text, note text)
    WHERE  live[s.c] = 0
    ORDER  BY s.id;
$$;

-- Locks in key order; stale: the row moved, or an earlier plan of this batch takes it.
CREATE OR REPLACE FUNCTION step_personal_payment_moved_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
BEGIN
    WITH held AS MATERIALIZED (
        SELECT id, version
        FROM   personal_payment
        WHERE  id = ANY (ARRAY (SELECT s.id FROM json_to_recordset(rows) AS s (c integer, id uuid) WHERE live[s.c] = 0))
        ORDER  BY id
        FOR NO KEY UPDATE
    ), late AS (
        SELECT s.c
        FROM  (SELECT q.c, q.id, q.seen, row_number() OVER (PARTITION BY q.id ORDER BY q.c) AS turn
               FROM   json_to_recordset(rows) AS q (c integer, id uuid, seen integer)
               WHERE  live[q.c] = 0) AS s
        LEFT   JOIN held ON held.id = s.id
        WHERE  held.version IS DISTINCT FROM s.seen
        OR     s.turn > 1
    )
    SELECT array_agg(CASE WHEN late.c IS NULL THEN q.l ELSE 3::smallint END ORDER BY q.n)
    INTO   live
    FROM   unnest(live) WITH ORDINALITY AS q (l, n)
    LEFT   JOIN late ON late.c = q.n;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_personal_payment_moved_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE personal_payment AS p
    SET    version = p.version + 1,
           state   = s.state,
           asked   = coalesce(s.asked, p.asked),
           ended   = coalesce(s.ended, p.ended),
           reason  = coalesce(s.reason, p.reason)
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, state text, asked bigint, ended bigint, reason text)
    WHERE  p.id = s.id
    AND    live[s.c] = 0;
$$;
