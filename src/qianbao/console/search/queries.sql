-- name: by_id
-- Whatever has this id. Index: each table's primary key.
SELECT 'trade' AS kind, t.id, m.name AS title, coalesce(t.subject, t.out_trade_no) AS detail, t.id AS trade, t.state,
       t.amount, t.currency, t.created AS at
FROM   trade AS t
JOIN   merchant AS m ON m.id = t.merchant
WHERE  t.id = $1
UNION ALL
SELECT 'refund', r.id, m.name, coalesce(r.reason, r.out_refund_no), r.trade, NULL, r.amount, t.currency, r.at
FROM   refund AS r
JOIN   trade AS t ON t.id = r.trade
JOIN   merchant AS m ON m.id = r.merchant
WHERE  r.id = $1
UNION ALL
SELECT 'merchant', m.id, m.name, m.mcc, NULL, p.state, NULL, NULL, m.created_at
FROM   merchant AS m
JOIN   party AS p ON p.id = m.id
WHERE  m.id = $1
UNION ALL
SELECT 'store', s.id, s.name, s.city, NULL, NULL, NULL, NULL, s.created_at
FROM   store AS s
WHERE  s.id = $1
UNION ALL
SELECT 'till', l.id, l.name, s.name, NULL, NULL, NULL, NULL, l.created_at
FROM   till AS l
JOIN   store AS s ON s.id = l.store
WHERE  l.id = $1
UNION ALL
SELECT 'wallet', w.id, n.name, w.brand, NULL, p.state, NULL, NULL, w.created_at
FROM   wallet AS w
JOIN   person AS n ON n.id = w.person
JOIN   party AS p ON p.id = w.id
WHERE  w.id = $1
UNION ALL
SELECT 'person', n.id, n.name, coalesce(n.city, ''), NULL, p.state, NULL, NULL, n.created_at
FROM   person AS n
JOIN   party AS p ON p.id = n.id
WHERE  n.id = $1
UNION ALL
SELECT 'event', c.id, c.type, '', t.id, NULL, NULL, NULL, c.ts
FROM   command AS c
LEFT   JOIN trade AS t ON t.id = c.subject
WHERE  c.id = $1
AND    c.type <> ''
UNION ALL
SELECT 'transfer', f.id, '', '', t.id, NULL, f.amount, NULL, f.ts
FROM   transfer AS f
LEFT   JOIN trade AS t ON t.id = f.user_data_128
WHERE  f.id = $1
UNION ALL
SELECT 'delivery', d.id, d.type, '', t.id, d.state, NULL, NULL, d.made
FROM   webhook_delivery AS d
LEFT   JOIN trade AS t ON t.id = d.subject
WHERE  d.id = $1
UNION ALL
SELECT 'webhook', h.id, h.url, '', NULL, h.state, NULL, NULL, h.made
FROM   webhook AS h
WHERE  h.id = $1;

-- name: by_phone_tail
-- People whose number ends so (four digits or more). Index: person_phone_tail.
SELECT   n.id, n.name, n.phone, p.state, n.created_at AS at
FROM     person AS n
JOIN     party AS p ON p.id = n.id
WHERE    n.phone IS NOT NULL
AND      right(n.phone, 4) = right($1, 4)
AND      right(n.phone, length($1)) = $1
ORDER BY n.id
LIMIT    $2;

-- name: by_account
-- The wallet that an account number ($1) or a handle's key ($2) pays. Index: the two unique ones.
SELECT w.id, n.name, w.brand, coalesce(w.handle, w.account_number) AS identifier, p.state, w.created_at AS at
FROM   wallet AS w
JOIN   person AS n ON n.id = w.person
JOIN   party AS p ON p.id = w.id
WHERE  w.account_number = $1
OR     w.handle_key = $2;

-- name: by_name
-- Merchants and stores in whose name the text stands. One pass: merchants are few beside payments.
(SELECT   'merchant' AS kind, m.id, m.name, m.mcc AS detail, p.state, m.created_at AS at
 FROM     merchant AS m
 JOIN     party AS p ON p.id = m.id
 WHERE    strpos(lower(m.name), lower($1)) > 0
 ORDER BY length(m.name), m.id
 LIMIT    $2)
UNION ALL
(SELECT   'store', s.id, s.name, s.city, NULL, s.created_at
 FROM     store AS s
 WHERE    strpos(lower(s.name), lower($1)) > 0
 ORDER BY length(s.name), s.id
 LIMIT    $2);

-- name: merchants
-- Those in whose names a number may have been given. Index: merchant_pkey.
SELECT   id
FROM     merchant
ORDER BY id
LIMIT    $1;

-- name: by_trades
-- Trades by their ids. Index: trade_pkey, merchant_pkey.
SELECT t.id, m.name AS title, t.out_trade_no AS detail, t.state, t.amount, t.currency, t.created AS at
FROM   trade AS t
JOIN   merchant AS m ON m.id = t.merchant
WHERE  t.id = ANY ($1::uuid[]);

-- name: by_refund_number
-- Refunds by their merchant's number. Index: refund_number, skipped through merchant by merchant.
SELECT r.id, r.trade, m.name AS title, r.out_refund_no AS detail, r.amount, t.currency, r.at
FROM   refund AS r
JOIN   trade AS t ON t.id = r.trade
JOIN   merchant AS m ON m.id = r.merchant
WHERE  r.out_refund_no = $1
LIMIT  $2;

-- name: by_amount
-- Trades of an amount made from moment $2 to $3, newest first. Index: trade_created (BRIN).
SELECT   t.id, m.name AS title, coalesce(t.subject, t.out_trade_no) AS detail, t.state, t.amount, t.currency,
         t.created AS at
FROM     trade AS t
JOIN     merchant AS m ON m.id = t.merchant
WHERE    t.amount = $1
AND      t.created >= $2
AND      t.created < $3
ORDER BY t.created DESC
LIMIT    $4;

-- name: patience
-- Within one transaction: what takes longer is left out.
SELECT set_config('statement_timeout', $1, true);
