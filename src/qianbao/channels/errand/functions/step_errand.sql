-- The step kinds `errand_new` and `errand_over`. Table `errand`, order 700. Index: errand_pkey.

CREATE OR REPLACE FUNCTION step_errand_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE sql AS $$
    SELECT live;  -- the id is the command's, which is claimed: nobody else can have it
$$;

CREATE OR REPLACE FUNCTION step_errand_new_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    INSERT INTO errand (id, direction, account, merchant, card, bank, simulated, token, amount, currency, state, due,
                        created, valid_until)
    SELECT   s.id, s.direction, s.account, s.merchant, s.card, s.bank, s.simulated, s.token, s.amount, s.currency,
             'requested', s.due, s.created, s.valid_until
    FROM     json_to_recordset(rows)
             AS s (c int, id uuid, direction text, account uuid, merchant boolean, card uuid, bank text,
                   simulated boolean, token text, amount bigint, currency text, due bigint, created bigint,
                   valid_until bigint)
    WHERE    live[s.c] = 0
    ORDER BY s.id;
$$;

-- Stale: it is over already, an earlier plan of this batch ends it, or the bank's yes is to become a no.
CREATE OR REPLACE FUNCTION step_errand_over_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    stale int[];
BEGIN
    WITH asked AS (
        SELECT s.c, s.id, s.state, row_number() OVER (PARTITION BY s.id ORDER BY s.c) AS turn
        FROM   json_to_recordset(rows) AS s (c int, id uuid, state text)
        WHERE  live[s.c] = 0
    ), held AS MATERIALIZED (
        SELECT   id, due, state
        FROM     errand
        WHERE    id IN (SELECT asked.id FROM asked)
        ORDER BY id
        FOR NO KEY UPDATE
    )
    SELECT array_agg(asked.c)
    INTO   stale
    FROM   asked
    LEFT   JOIN held ON held.id = asked.id
    WHERE  held.due IS NULL
    OR     asked.turn > 1
    OR     held.state = 'accepted' AND asked.state = 'failed';
    IF stale IS NOT NULL THEN
        SELECT array_agg(CASE WHEN q.n = ANY (stale) THEN 3::smallint ELSE q.l END ORDER BY q.n)
        INTO   live
        FROM   unnest(live) WITH ORDINALITY AS q (l, n);
    END IF;
    RETURN live;
END $$;

CREATE OR REPLACE FUNCTION step_errand_over_write(rows json, live smallint[])
RETURNS void LANGUAGE sql AS $$
    UPDATE errand AS t
    SET    state = s.state, due = NULL, ended = s.ended, bank_reference = s.bank_reference, reason = s.reason
    FROM   json_to_recordset(rows)
           AS s (c int, id uuid, state text, ended bigint, bank_reference text, reason text)
    WHERE  t.id = s.id
    AND    live[s.c] = 0;
$$;
