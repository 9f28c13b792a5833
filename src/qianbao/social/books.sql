-- name: packets_differently
-- Packets whose account, grabs and row do not agree. Index: red_packet_grab_pkey, account_pkey.
SELECT p.id, p.amount, p.given, p.returned, p.taken - cardinality(p.free) AS taken,
       coalesce(g.amount, 0) AS grabbed, coalesce(g.count, 0) AS grabs,
       a.credits_posted AS funded, a.debits_posted AS gone
FROM   red_packet AS p
LEFT   JOIN account AS a ON a.id = p.id
LEFT   JOIN (SELECT packet, sum(amount) AS amount, count(*) AS count
             FROM   red_packet_grab
             GROUP  BY packet) AS g ON g.packet = p.id
WHERE  a.id IS NULL
OR     a.credits_posted <> p.amount
OR     a.debits_posted <> p.given + p.returned
OR     p.given <> coalesce(g.amount, 0)
OR     p.taken - cardinality(p.free) <> coalesce(g.count, 0)
OR    (p.state = 'emptied' AND p.given <> p.amount)
OR    (p.state = 'expired' AND p.given + p.returned <> p.amount)
OR    (p.state = 'open' AND (p.returned <> 0 OR p.given = p.amount))
LIMIT  $1;

-- name: shares_differently
-- Lucky packets whose drawn shares do not come to their amount. Index: red_packet_share_pkey.
SELECT p.id, p.amount, coalesce(s.amount, 0) AS drawn
FROM   red_packet AS p
LEFT   JOIN (SELECT d.packet, sum(m.share) AS amount, count(*) AS count, min(m.share) AS least
             FROM   red_packet_share AS d
             CROSS  JOIN LATERAL unnest(d.amounts) AS m (share)
             GROUP  BY d.packet) AS s ON s.packet = p.id
WHERE  p.each IS NULL
AND   (s.packet IS NULL OR s.amount <> p.amount OR s.count <> p.count OR s.least < 1)
LIMIT  $1;

-- name: personal_differently
-- Personal payments whose transfers are not what the row says. Index: transfer_pkey (by leg of the command).
SELECT coalesce(p.id, t.about) AS id, p.amount, t.paid, t.back
FROM   personal_payment AS p
FULL   JOIN (SELECT user_data_128 AS about, coalesce(sum(amount) FILTER (WHERE code = $2), 0) AS paid,
                    coalesce(sum(amount) FILTER (WHERE code = $3), 0) AS back
             FROM   transfer
             WHERE  code IN ($2, $3)
             GROUP  BY user_data_128) AS t ON t.about = p.id
WHERE  p.id IS NULL
OR     t.about IS NULL
OR     t.paid <> p.amount
OR     t.back <> CASE p.state WHEN 'returned' THEN p.amount ELSE 0 END
LIMIT  $1;

-- name: collections_differently
-- Collections whose transfers, parts and row do not agree.
SELECT coalesce(k.id, t.about) AS id, k.received, k.paid, coalesce(t.amount, 0) AS moved, coalesce(m.amount, 0) AS parts
FROM   collection AS k
FULL   JOIN (SELECT user_data_128 AS about, sum(amount) AS amount, count(*) AS count
             FROM   transfer
             WHERE  code = $2
             GROUP  BY user_data_128) AS t ON t.about = k.id
LEFT   JOIN (SELECT collection, sum(amount) AS amount, count(*) AS count
             FROM   collection_part
             WHERE  paid IS NOT NULL
             GROUP  BY collection) AS m ON m.collection = k.id
WHERE  k.id IS NULL
OR     k.received <> coalesce(t.amount, 0)
OR     k.received <> coalesce(m.amount, 0)
OR     k.paid <> coalesce(m.count, 0)
OR     k.paid <> coalesce(t.count, 0)
OR    (k.state = 'complete') <> (k.paid = k.people)
LIMIT  $1;
