-- name: people_of
-- The key rows of these people. Index: insight_person_one_pseudonym.
SELECT person, pseudonym, salt
FROM   insight_person
WHERE  person = ANY ($1::uuid[]);

-- name: people_make
-- Key rows for people who have none; one that another process has just made stays.
INSERT INTO insight_person (pseudonym, person, salt, born, made)
SELECT drawn.pseudonym, drawn.person, drawn.salt, drawn.born, $5
FROM   unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::smallint[]) AS drawn (pseudonym, person, salt, born)
ON     CONFLICT (person) DO NOTHING;

-- name: people_born
-- In which year people were born, where it is known: for figures of age groups.
SELECT pseudonym, born
FROM   insight_person
WHERE  born IS NOT NULL;

-- name: position
-- How far the outbox has been read.
SELECT xid::text::bigint AS xid, ordinal, seq, quarantined
FROM   consumption_position;

-- name: position_move
-- Moves only from where this reader found it, so of two readers one writes, and a correction that has taken a number
-- meanwhile is not overwritten; the lock lasts to the commit.
UPDATE consumption_position
SET    xid = $3::bigint::text::xid8, ordinal = $4::smallint, seq = seq + $5, quarantined = quarantined + $6
WHERE  xid = $1::bigint::text::xid8
AND    ordinal = $2::smallint
AND    seq = $7
RETURNING seq;

-- name: people_hold
-- Those of these pseudonyms that have their key rows: nobody destroys one before the commit.
SELECT   pseudonym
FROM     insight_person
WHERE    pseudonym = ANY ($1::uuid[])
ORDER BY pseudonym
FOR      KEY SHARE;

-- name: facts_keep
-- The facts of one page, for the lake.
INSERT INTO consumption_fact (seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
       store, currency, mcc, category, scene, brand, city, tier, cell)
SELECT seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
       store, currency, mcc, category, scene, brand, city, tier, cell
FROM   json_populate_recordset(NULL::consumption_fact, $1::json);

-- name: records_amend
-- The records as they stand after the page: one row a trade in it; $2: the trades that were paid in it. A refund
-- of a payment that made no record makes none. Index: consumption_pkey.
INSERT INTO consumption AS stands (trade, record, person, seq, happened, day, amount, own, refunded, merchant,
       store, currency, category, scene, brand, city, tier)
SELECT trade, record, person, seq, happened, day, amount, own, refunded, merchant,
       store, currency, category, scene, brand, city, tier
FROM   json_populate_recordset(NULL::consumption, $1::json) AS told
WHERE  told.trade = ANY ($2::uuid[])
OR     EXISTS (SELECT 1 FROM consumption AS was WHERE was.trade = told.trade)
ON     CONFLICT (trade) DO UPDATE
SET    seq = excluded.seq, refunded = excluded.refunded
WHERE  stands.seq < excluded.seq;

-- name: quarantine_keep
-- Events that make no fact.
INSERT INTO consumption_quarantine (event, type, reason, detail, data, known)
SELECT event, type, reason, detail, data, known
FROM   json_populate_recordset(NULL::consumption_quarantine, $1::json);

-- name: lake_lead
-- One writer of the lake in the whole network: the lock lives as long as its connection.
SELECT pg_try_advisory_lock($1) AS leads;

-- name: lake_waiting
-- What is not in the lake yet: how many facts, the last one, and since when. Index: consumption_fact_pkey.
SELECT count(*) AS rows, coalesce(max(seq), 0) AS last, min(known) AS since
FROM   consumption_fact;

-- name: lake_days
-- The partitions of what waits, up to a fact.
SELECT   (to_timestamp(known / 1000000000) AT TIME ZONE 'Asia/Shanghai')::date AS day, city, count(*) AS rows
FROM     consumption_fact
WHERE    seq <= $1
GROUP BY 1, 2
ORDER BY 1, 2;

-- name: lake_facts
-- The facts of one partition, up to a fact, in the order of knowing.
SELECT   seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
         store, currency, mcc, category, scene, brand, city, tier, cell
FROM     consumption_fact
WHERE    seq <= $1
AND      (to_timestamp(known / 1000000000) AT TIME ZONE 'Asia/Shanghai')::date = $2
AND      city = $3
ORDER BY seq;

-- name: lake_list
-- List files that are whole on the disk.
INSERT INTO lake_file (path, day, city, rows, bytes, seq_first, seq_last, made)
SELECT path, day, city, rows, bytes, seq_first, seq_last, made
FROM   json_populate_recordset(NULL::lake_file, $1::json);

-- name: lake_gone
-- In the same transaction: those facts are in the lake now. Index: consumption_fact_pkey.
DELETE FROM consumption_fact
WHERE  seq <= $1;

-- name: lake_files
-- Every file that may be read.
SELECT   path, day, city, rows, bytes, seq_first, seq_last, made
FROM     lake_file
WHERE    gone IS NULL
ORDER BY seq_first, path;

-- name: lake_listed
-- Every file that is listed, also of those that are to go.
SELECT path
FROM   lake_file;

-- name: lake_fresh
-- What is not in the lake yet, read in the snapshot that lists the files.
SELECT   seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
         store, currency, mcc, category, scene, brand, city, tier, cell
FROM     consumption_fact
ORDER BY seq;
