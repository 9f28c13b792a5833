-- name: personal_payments
-- The personal payments of these ids. Index: personal_payment_pkey.
SELECT id, payer, payee, payer_person, payee_person, amount, at, asked, ended, version, currency, state, note, reason
FROM   personal_payment
WHERE  id = ANY ($1::uuid[]);

-- name: personal_payments_of
-- What a person paid or was paid before a place, newest first. Index: personal_payment_payer, personal_payment_payee.
SELECT id, payer, payee, payer_person, payee_person, amount, at, asked, ended, version, currency, state, note, reason
FROM  ((SELECT id, payer, payee, payer_person, payee_person, amount, at, asked, ended, version, currency, state,
               note, reason
        FROM   personal_payment
        WHERE  payer_person = $1
        AND    at <= $2
        AND    (at, id) < ($2, $3)
        ORDER  BY at DESC, id DESC
        LIMIT  $4)
       UNION
       (SELECT id, payer, payee, payer_person, payee_person, amount, at, asked, ended, version, currency, state,
               note, reason
        FROM   personal_payment
        WHERE  payee_person = $1
        AND    at <= $2
        AND    (at, id) < ($2, $3)
        ORDER  BY at DESC, id DESC
        LIMIT  $4)) AS both_sides
ORDER  BY at DESC, id DESC
LIMIT  $4;

-- name: contacts
-- Whom a person paid last, each once, of the newest 200 payments. Index: personal_payment_payer.
SELECT   payee, max(at) AS last, count(*) AS times
FROM    (SELECT payee, at
         FROM   personal_payment
         WHERE  payer_person = $1
         ORDER  BY at DESC
         LIMIT  200) AS newest
GROUP BY payee
ORDER BY max(at) DESC
LIMIT    $2;

-- name: return_asked_of
-- What a person was paid and is asked to give back, the last asked first. Index: personal_payment_return_asked.
SELECT id, payer, payee, payer_person, payee_person, amount, at, asked, ended, version, currency, state, note, reason
FROM   personal_payment
WHERE  payee_person = $1
AND    state = 'return_asked'
ORDER  BY asked DESC
LIMIT  $2;
