-- name: collections
-- The collections of these ids. Index: collection_pkey.
SELECT id, collector, person, title, split, each, people, amount, currency, state, created, paid, received, ended,
       reminded, reminders
FROM   collection
WHERE  id = ANY ($1::uuid[]);

-- name: collections_of
-- What a person collects, before a place, newest first. Index: collection_person.
SELECT id
FROM   collection
WHERE  person = $1
AND    created <= $2
AND    (created, id) < ($2, $3)
ORDER  BY created DESC, id DESC
LIMIT  $4;

-- name: parts_of
-- What a person is asked for or has paid, before a place, newest first. Index: collection_part_person.
SELECT collection, person, wallet, amount, paid, place, asked
FROM   collection_part
WHERE  person = $1
AND    asked <= $2
AND    (asked, collection) < ($2, $3)
ORDER  BY asked DESC, collection DESC
LIMIT  $4;

-- name: part
-- One person's part. Index: collection_part_pkey.
SELECT collection, person, wallet, amount, paid, place, asked
FROM   collection_part
WHERE  collection = $1
AND    person = $2;

-- name: parts
-- All parts of a collection: the named in their order, the others as they paid. Index: collection_part_pkey.
SELECT collection, person, wallet, amount, paid, place, asked
FROM   collection_part
WHERE  collection = $1
ORDER  BY place, paid, person
LIMIT  $2;

-- name: unpaid_of
-- The open collections that ask a person by name, who has not paid; the last asked first.
-- Index: collection_part_unpaid.
SELECT p.collection AS id
FROM   collection_part AS p
JOIN   collection AS c ON c.id = p.collection
WHERE  p.person = $1
AND    p.paid IS NULL
AND    c.state = 'open'
ORDER  BY p.asked DESC
LIMIT  $2;
