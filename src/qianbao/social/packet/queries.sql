-- name: red_packets
-- The packets of these ids. Index: red_packet_pkey.
SELECT id, sender, person, kind, amount, each, count, currency, wish, state, created, expires, due,
       taken - cardinality(free) AS taken, given, returned, ended, best_position
FROM   red_packet
WHERE  id = ANY ($1::uuid[]);

-- name: red_packets_sent
-- What a person sent before a place, newest first. Index: red_packet_person.
SELECT id
FROM   red_packet
WHERE  person = $1
AND    created <= $2
AND    (created, id) < ($2, $3)
ORDER  BY created DESC, id DESC
LIMIT  $4;

-- name: red_packets_received
-- What a person grabbed before a place, newest first. Index: red_packet_grab_person.
SELECT packet, person, wallet, amount, at, position
FROM   red_packet_grab
WHERE  person = $1
AND    at <= $2
AND    (at, packet) < ($2, $3)
ORDER  BY at DESC, packet DESC
LIMIT  $4;

-- name: grab_of
-- One person's share. Index: red_packet_grab_pkey.
SELECT packet, person, wallet, amount, at, position
FROM   red_packet_grab
WHERE  packet = $1
AND    person = $2;

-- name: grabs
-- Who got what after a position, in the order of the shares. Index: red_packet_grab_position.
SELECT packet, person, wallet, amount, at, position
FROM   red_packet_grab
WHERE  packet = $1
AND    position > $2::bigint
ORDER  BY position
LIMIT  $3;

-- name: red_packets_due
-- Open packets that the sweep is to look at. Index: red_packet_due.
SELECT id, due
FROM   red_packet
WHERE  state = 'open'
AND    due <= $1
ORDER  BY due
LIMIT  $2;

-- name: red_packet_later
-- The sweep looks again later, unless another has said so. Index: red_packet_pkey.
UPDATE red_packet
SET    due = $3
WHERE  id = $1
AND    due = $2
AND    state = 'open';
