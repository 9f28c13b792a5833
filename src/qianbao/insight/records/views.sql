-- DuckDB, over what a snapshot gives: lake (the files), fresh (the table), said (people who said other than
-- the purpose's rule) and rule (unsaid, since, until).

-- name: view_fact
-- Every fact once, of those whose records may be read for the purpose, as far as was known then.
CREATE VIEW fact AS
SELECT f.seq, f.record, f.person, f.kind, f.happened, f.known, f.day, f.amount, f.own, f.refunded, f.merchant,
       f.store, f.currency, f.mcc, f.category, f.scene, f.brand, f.city, f.tier, f.cell
FROM   (SELECT seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
               store, currency, mcc, category, scene, brand, city, tier, cell
        FROM   lake
        UNION  ALL
        SELECT seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
               store, currency, mcc, category, scene, brand, city, tier, cell
        FROM   fresh) AS f
CROSS  JOIN rule
LEFT   JOIN said ON said.person = f.person
WHERE  (said.person IS NULL) = rule.unsaid
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
