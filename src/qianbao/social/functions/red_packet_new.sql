-- The step kind `red_packet_new`. Table `red_packet`, order 830. Index: red_packet_pkey.

-- The packet's ledger account is laid here, in the commit that funds it: ids are new, so nobody waits for them.
-- 16: the account's code; 2: debits must not exceed credits. An account of a funding that the ledger then
-- refuses stays, empty: accounts are never deleted.
CREATE OR REPLACE FUNCTION step_red_packet_new_see(rows json, live smallint[])
RETURNS smallint[] LANGUAGE plpgsql AS $$
DECLARE
    wrong integer;
BEGIN
    SELECT s.status
    INTO   wrong
    FROM  (SELECT array_agg(q.id ORDER BY q.c) AS ids, array_agg(q.person ORDER BY q.c) AS people,
                  array_agg(coalesce(q.ledger, 156) ORDER BY q.c) AS ledgers, max(q.created) AS at, count(*)::integer AS n
           FROM   json_to_recordset(rows) AS q (c integer, id uuid, person uuid, ledger bigint, created bigint)
           WHERE  live[q.c] = 0) AS a
    CROSS  JOIN LATERAL ledger_create_accounts(a.ids, a.people, NULL, NULL, a.ledgers, array_fill(16, ARRAY[a.n]),
                                               array_fill(2, ARRAY[a.n]), NULL, NULL, a.at) AS made
    CROSS  JOIN LATERAL unnest(made.statuses) AS s (status)
    WHERE  s.status <> -1
    LIMIT  1;
    ASSERT wrong IS NULL, format('the account of a red packet is refused: %s', wrong);

    INSERT INTO red_packet (id, sender, person, amount, each, created, expires, due, count, kind, state, currency, wish)
    SELECT s.id, s.sender, s.person, s.amount, s.each, s.created, s.expires, s.expires, s.count, s.kind, 'open',
           coalesce(s.currency, 'CNY'), coalesce(s.wish, '')
    FROM   json_to_recordset(rows)
           AS s (c integer, id uuid, sender uuid, person uuid, amount bigint, each bigint, created bigint,
                 expires bigint, count integer, kind text, currency text, wish text)
    WHERE  live[s.c] = 0
    ORDER  BY s.id;

    INSERT INTO red_packet_share (packet, first, amounts)
    SELECT s.id, (m.n - 1) / 200 * 200 + 1, array_agg(m.share::bigint ORDER BY m.n)
    FROM   json_to_recordset(rows) AS s (c integer, id uuid, shares json)
    CROSS  JOIN LATERAL json_array_elements_text(coalesce(s.shares, '[]')) WITH ORDINALITY AS m (share, n)
    WHERE  live[s.c] = 0
    GROUP  BY s.id, (m.n - 1) / 200;
    RETURN live;
END $$;

-- What was laid for a plan that fell out since (by the ledger: not enough) goes again.
CREATE OR REPLACE FUNCTION step_red_packet_new_write(rows json, live smallint[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT 0 = ALL (live) THEN
        DELETE FROM red_packet_share
        USING  json_to_recordset(rows) AS s (c integer, id uuid)
        WHERE  red_packet_share.packet = s.id
        AND    live[s.c] NOT IN (0, 1, 2);
        DELETE FROM red_packet
        USING  json_to_recordset(rows) AS s (c integer, id uuid)
        WHERE  red_packet.id = s.id
        AND    live[s.c] NOT IN (0, 1, 2);
    END IF;
END $$;
