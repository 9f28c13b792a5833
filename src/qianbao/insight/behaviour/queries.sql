-- name: orders_keep
-- Those that are new; a repeat writes nothing. Index: insight_order_pkey.
INSERT INTO insight_order (id, version, person, happened, known, amount, currency, shop, category, items, status)
SELECT id, version, person, happened, known, amount, currency, shop, category, items, status
FROM   json_populate_recordset(NULL::insight_order, $1::json)
ON     CONFLICT (id, version) DO NOTHING
RETURNING id, version;

-- name: orders_same
-- Those that were taken with the same content, whenever that was. Index: insight_order_pkey.
SELECT stands.id, stands.version
FROM   json_populate_recordset(NULL::insight_order, $1::json) AS told
JOIN   insight_order AS stands USING (id, version)
WHERE  to_jsonb(stands) - 'known' = to_jsonb(told) - 'known';

-- name: events_keep
-- Those that are new; a repeat writes nothing. Index: insight_event_pkey.
INSERT INTO insight_event (id, version, person, happened, known, action, page, query, category)
SELECT id, version, person, happened, known, action, page, query, category
FROM   json_populate_recordset(NULL::insight_event, $1::json)
ON     CONFLICT (id, version) DO NOTHING
RETURNING id, version;

-- name: events_same
-- Those that were taken with the same content, whenever that was. Index: insight_event_pkey.
SELECT stands.id, stands.version
FROM   json_populate_recordset(NULL::insight_event, $1::json) AS told
JOIN   insight_event AS stands USING (id, version)
WHERE  to_jsonb(stands) - 'known' = to_jsonb(told) - 'known';

-- name: edges_keep
-- Those that are new, from both sides; a repeat writes nothing. Index: insight_edge_pkey.
WITH told AS (
    SELECT id, version, person, other, happened, known, until, relation, weight
    FROM   json_populate_recordset(NULL::insight_edge, $1::json)
), kept AS (
    INSERT INTO insight_edge (id, version, side, person, other, happened, known, until, relation, weight)
    SELECT id, version, 'from', person, other, happened, known, until, relation, weight
    FROM   told
    ON     CONFLICT (id, version, side) DO NOTHING
    RETURNING id, version, person, other, happened, known, until, relation, weight
), mirrored AS (
    INSERT INTO insight_edge (id, version, side, person, other, happened, known, until, relation, weight)
    SELECT id, version, 'to', other, person, happened, known, until, relation, weight
    FROM   kept
)
SELECT id, version
FROM   kept;

-- name: edges_same
-- Those that were taken with the same content, whenever that was. Index: insight_edge_pkey.
SELECT stands.id, stands.version
FROM   json_populate_recordset(NULL::insight_edge, $1::json) AS told
JOIN   insight_edge AS stands ON stands.id = told.id AND stands.version = told.version AND stands.side = 'from'
WHERE  to_jsonb(stands) - 'known' - 'side' = to_jsonb(told) - 'known' - 'side';

-- name: aside_keep
-- Keep rows aside; one that stands there stays as it is. Index: insight_quarantine_pkey.
INSERT INTO insight_quarantine (id, kind, reason, detail, names, data, known)
SELECT id, kind, reason, detail, names, data, known
FROM   json_populate_recordset(NULL::insight_quarantine, $1::json)
ON     CONFLICT (id) DO NOTHING;

-- name: aside_gone
-- These have been taken after all. Index: insight_quarantine_pkey.
DELETE FROM insight_quarantine
WHERE  id = ANY ($1::uuid[]);

-- name: aside_list
-- What is kept aside, oldest first, from behind a place on, with the outbox's events that make no record. $1: of one
-- kind; $2, $3: the place. Index: insight_quarantine_known.
SELECT   id, kind, reason, detail, names, data, known
FROM     (SELECT id, kind, reason, detail, names, data, known
          FROM   insight_quarantine
          UNION  ALL
          SELECT event, 'payments', reason, detail, '{}', data, known
          FROM   consumption_quarantine) AS aside
WHERE    ($1::text IS NULL OR kind = $1)
AND      (known, id) > ($2::bigint, $3::uuid)
ORDER BY known, id
LIMIT    $4;

-- name: aside_one
-- One of them. Indexes: insight_quarantine_pkey, consumption_quarantine_pkey.
SELECT id, kind, reason, detail, names, data, known
FROM   insight_quarantine
WHERE  id = $1
UNION  ALL
SELECT event, 'payments', reason, detail, '{}', data, known
FROM   consumption_quarantine
WHERE  event = $1;

-- name: orders_read
-- Orders as they were known by $1, of those who let theirs be read for the purpose $2 ($3: its rule), from $4 on.
SELECT   o.id, o.version, o.person, o.happened, o.known, o.amount, o.currency, o.shop, o.category, o.items, o.status
FROM     (SELECT   DISTINCT ON (id) id, version, person, happened, known, amount, currency, shop, category, items, status
          FROM     insight_order
          WHERE    known <= $1
          ORDER BY id, version DESC) AS o
JOIN     insight_person AS p ON p.pseudonym = o.person
WHERE    o.happened >= $4
AND      insight_may(o.person, $2, $3)
ORDER BY o.happened, o.id;

-- name: events_read
-- Events, likewise.
SELECT   e.id, e.version, e.person, e.happened, e.known, e.action, e.page, e.query, e.category
FROM     (SELECT   DISTINCT ON (id) id, version, person, happened, known, action, page, query, category
          FROM     insight_event
          WHERE    known <= $1
          ORDER BY id, version DESC) AS e
JOIN     insight_person AS p ON p.pseudonym = e.person
WHERE    e.happened >= $4
AND      insight_may(e.person, $2, $3)
ORDER BY e.happened, e.id;

-- name: edges_read
-- Edges, likewise, and only where both let theirs be read.
SELECT   e.id, e.version, e.person, e.other, e.happened, e.known, e.until, e.relation, e.weight
FROM     (SELECT   DISTINCT ON (id) id, version, person, other, happened, known, until, relation, weight
          FROM     insight_edge
          WHERE    known <= $1
          AND      side = 'from'
          ORDER BY id, version DESC) AS e
JOIN     insight_person AS p ON p.pseudonym = e.person
JOIN     insight_person AS q ON q.pseudonym = e.other
WHERE    e.happened >= $4
AND      insight_may(e.person, $2, $3)
AND      insight_may(e.other, $2, $3)
ORDER BY e.happened, e.id;
