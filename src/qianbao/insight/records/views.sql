-- DuckDB, over what a snapshot gives: lake (the files), fresh (the table), said (people who said other than
-- the purpose's rule) and rule (unsaid, since, until).

-- name: view_fact
-- Every fact once, of those whose records may be read for the purpose, as far as was known then. What a person has
-- said of a record's kind stands in it by then; it is no row of its own.
CREATE VIEW fact AS
SELECT f.seq, f.record, f.person, f.kind, f.happened, f.known, f.day, f.amount, f.own, f.refunded, f.merchant,
       f.store, f.currency, f.mcc, coalesce(mended.category, f.category) AS category, f.scene, f.brand, f.city, f.tier, f.cell
FROM   (SELECT seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
               store, currency, mcc, category, scene, brand, city, tier, cell
        FROM   lake
        UNION  ALL
        SELECT seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
               store, currency, mcc, category, scene, brand, city, tier, cell
        FROM   fresh) AS f
CROSS  JOIN rule
LEFT   JOIN said ON said.person = f.person
LEFT   JOIN (SELECT   m.record, max_by(m.category, m.seq) AS category
             FROM     (SELECT record, category, seq, known FROM lake  WHERE kind = 'corrected'
                       UNION  ALL
                       SELECT record, category, seq, known FROM fresh WHERE kind = 'corrected') AS m
             CROSS    JOIN rule
             WHERE    m.known <= rule.until
             GROUP BY m.record) AS mended ON mended.record = f.record
WHERE  f.kind <> 'corrected'
AND    (said.person IS NULL) = rule.unsaid
AND    f.happened >= rule.since
AND    f.known <= rule.until;

-- name: view_record
-- Every record once, amended by what came later. `spent` is what it cost the person: refunds give the payer's
-- own money back first.
CREATE VIEW record AS
SELECT f.record, f.person, f.happened, f.day, f.amount, f.own, f.merchant, f.store, f.currency, f.mcc,
       f.category, f.scene, f.brand, f.city, f.tier, f.cell,
       coalesce(amended.refunded, 0) AS refunded,
       greatest(f.own - coalesce(amended.refunded, 0), 0) AS spent
FROM   fact AS f
LEFT   JOIN (SELECT   record, max(refunded) AS refunded
             FROM     fact
             WHERE    kind <> 'paid'
             GROUP BY record) AS amended ON amended.record = f.record
WHERE  f.kind = 'paid';
