-- Moves the figures along the outbox. Position and roll-ups change in one statement, so each payment counts once,
-- however often a projector is killed or whoever else projects.

-- As event_after, with the commands that were refused: an attempt to pay that failed is one of them.
CREATE OR REPLACE FUNCTION figure_after(from_xid xid8, from_ordinal smallint, size int)
RETURNS TABLE (type text, ts bigint, outcome smallint, data text, xid xid8, ordinal smallint)
LANGUAGE sql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
    SELECT   c.type, c.ts, c.outcome, c.data, c.xid, c.ordinal
    FROM     command AS c
    WHERE    c.xid >= from_xid
    AND      (c.xid, c.ordinal) > (from_xid, from_ordinal)
    AND      c.xid < pg_snapshot_xmin(pg_current_snapshot())
    ORDER BY c.xid, c.ordinal
    LIMIT    size;
$$;

CREATE OR REPLACE FUNCTION figure_age(years int) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN years IS NULL OR years < 0 THEN ''
    WHEN years < 18 THEN '0-17'
    WHEN years < 25 THEN '18-24'
    WHEN years < 35 THEN '25-34'
    WHEN years < 45 THEN '35-44'
    WHEN years < 55 THEN '45-54'
    WHEN years < 65 THEN '55-64'
    ELSE '65+'
END;

-- The next `size` commands; how many they were. Everything is read and added up before the first row is written,
-- so the transaction holds its number, below which readers of events wait, for the writing alone.
CREATE OR REPLACE FUNCTION figure_project(size int) RETURNS int
LANGUAGE plpgsql
SET enable_seqscan = off
AS $$
DECLARE
    here  record;
    there record;
BEGIN
    SELECT p.xid, p.ordinal INTO STRICT here FROM event_position AS p WHERE p.name = 'figures';

    WITH batch AS MATERIALIZED (
        SELECT a.type, a.ts, a.outcome, a.xid, a.ordinal, row_number() OVER () AS place,
               CASE WHEN a.outcome = 0 AND a.type IN ('trade.paid', 'trade.refunded', 'trade.reversed', 'trade.failed')
                      OR a.outcome >= 100 AND a.type IN ('trade.paid', 'trade.paying')
                    THEN a.data::jsonb
               END AS said
        FROM   figure_after(here.xid, here.ordinal, size) AS a
    ), told AS MATERIALIZED (
        SELECT b.ts / 1000000000 AS second,
               coalesce((b.said ->> 'occurred_at')::timestamptz, to_timestamp(b.ts / 1e9)) AT TIME ZONE INTERVAL '8 hours' AS at,
               coalesce(b.said ->> 'currency', '') AS currency,
               coalesce(b.said ->> 'scene', '') AS scene,
               CASE WHEN b.said ->> 'scene' = 'online' OR b.said ->> 'scene' = 'native' AND NOT b.said ? 'till'
                    THEN 'online' ELSE 'offline'
               END AS way,
               coalesce(b.said ->> 'brand', w.brand, '') AS brand,
               coalesce(b.said ->> 'city', '') AS city,
               coalesce(s.city_tier, '') AS city_tier,
               p.birth_year,
               b.outcome = 0 AND b.type = 'trade.paid' AS paid,
               b.outcome >= 100 AS refused,
               b.outcome = 0 AND b.type = 'trade.failed' AS declined,
               CASE WHEN b.outcome >= 100 THEN 0
                    WHEN b.type = 'trade.refunded' THEN (b.said ->> 'refund_amount')::bigint
                    WHEN b.type = 'trade.reversed' THEN coalesce((b.said ->> 'refunded')::bigint, 0)
                    ELSE 0
               END AS returned,
               (b.said ->> 'amount')::bigint AS amount,
               coalesce((b.said ->> 'fee')::bigint, 0) AS fee
        FROM   batch AS b
        LEFT   JOIN wallet AS w ON w.id = (b.said ->> 'payer')::uuid
        LEFT   JOIN person AS p ON p.id = w.person
        LEFT   JOIN store AS s ON s.id = (b.said ->> 'store')::uuid
        WHERE  b.said IS NOT NULL
    ), by_second AS (
        INSERT INTO figure_second AS f (second, currency, paid, amount, refused, declined, refunds, returned)
        SELECT   t.second, t.currency, count(*) FILTER (WHERE t.paid), coalesce(sum(t.amount) FILTER (WHERE t.paid), 0),
                 count(*) FILTER (WHERE t.refused), count(*) FILTER (WHERE t.declined),
                 count(*) FILTER (WHERE t.returned > 0), sum(t.returned)
        FROM     told AS t
        GROUP BY t.second, t.currency
        ON CONFLICT (second, currency) DO UPDATE
        SET    paid = f.paid + excluded.paid, amount = f.amount + excluded.amount,
               refused = f.refused + excluded.refused, declined = f.declined + excluded.declined,
               refunds = f.refunds + excluded.refunds, returned = f.returned + excluded.returned
    ), by_minute AS (
        INSERT INTO figure_minute AS f (minute, currency, paid, amount, refused, declined, refunds, returned)
        SELECT   t.second / 60, t.currency, count(*) FILTER (WHERE t.paid),
                 coalesce(sum(t.amount) FILTER (WHERE t.paid), 0), count(*) FILTER (WHERE t.refused),
                 count(*) FILTER (WHERE t.declined), count(*) FILTER (WHERE t.returned > 0), sum(t.returned)
        FROM     told AS t
        GROUP BY t.second / 60, t.currency
        ON CONFLICT (minute, currency) DO UPDATE
        SET    paid = f.paid + excluded.paid, amount = f.amount + excluded.amount,
               refused = f.refused + excluded.refused, declined = f.declined + excluded.declined,
               refunds = f.refunds + excluded.refunds, returned = f.returned + excluded.returned
    ), by_day AS (
        INSERT INTO figure_day AS f (day, currency, scene, way, brand, city, city_tier, age_group,
                                     paid, amount, fee, refused, declined, refunds, returned)
        SELECT   q.day, q.currency, q.scene, q.way, q.brand, q.city, q.city_tier, q.age_group,
                 count(*) FILTER (WHERE q.paid), coalesce(sum(q.amount) FILTER (WHERE q.paid), 0),
                 coalesce(sum(q.fee) FILTER (WHERE q.paid), 0), count(*) FILTER (WHERE q.refused),
                 count(*) FILTER (WHERE q.declined), count(*) FILTER (WHERE q.returned > 0), sum(q.returned)
        FROM    (SELECT t.at::date AS day, t.currency, t.scene, t.way, t.brand, t.city, t.city_tier,
                        figure_age(extract(YEAR FROM t.at)::int - t.birth_year) AS age_group,
                        t.paid, t.amount, t.fee, t.refused, t.declined, t.returned
                 FROM   told AS t) AS q
        GROUP BY q.day, q.currency, q.scene, q.way, q.brand, q.city, q.city_tier, q.age_group
        ORDER BY q.day, q.currency, q.scene, q.way, q.brand, q.city, q.city_tier, q.age_group
        ON CONFLICT (day, currency, scene, way, brand, city, city_tier, age_group) DO UPDATE
        SET    paid = f.paid + excluded.paid, amount = f.amount + excluded.amount, fee = f.fee + excluded.fee,
               refused = f.refused + excluded.refused, declined = f.declined + excluded.declined,
               refunds = f.refunds + excluded.refunds, returned = f.returned + excluded.returned
    )
    SELECT b.xid, b.ordinal, b.place INTO there FROM batch AS b ORDER BY b.place DESC LIMIT 1;

    IF there IS NULL THEN
        RETURN 0;
    END IF;
    UPDATE event_position AS p
    SET    xid = there.xid, ordinal = there.ordinal
    WHERE  p.name = 'figures'
    AND    p.xid = here.xid
    AND    p.ordinal = here.ordinal;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'another projector has moved the figures' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN there.place;
END $$;

-- Throw the figures away and begin again at the first event.
CREATE OR REPLACE FUNCTION figure_rebuild() RETURNS void
LANGUAGE sql AS $$
    TRUNCATE figure_second, figure_minute, figure_day;
    UPDATE event_position SET xid = '0', ordinal = 0 WHERE name = 'figures';
$$;
