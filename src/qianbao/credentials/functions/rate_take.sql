-- Take one or more from each key, or nothing where it would be more than allowed. A sliding window: what the
-- window before had counts by the share of it that the last `period` still covers. Index: rate_pkey.
-- Rows are locked in key order. Gives the nanoseconds to wait for each key in the order asked: 0 means taken.
CREATE OR REPLACE FUNCTION rate_take(keys bytea[], counts bigint[], limits bigint[], periods bigint[], now_ns bigint)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    waits bigint[];
BEGIN
    -- A counter may lose its last moments when the server falls: it need not wait for the disk.
    SET LOCAL synchronous_commit = off;
    INSERT INTO rate (key, window_start, period, used, before)
    SELECT q.key, now_ns - now_ns % max(q.period), max(q.period), 0, 0
    FROM   unnest(keys, periods) AS q (key, period)
    GROUP  BY q.key
    ORDER  BY q.key
    ON CONFLICT (key) DO NOTHING;
    WITH held AS MATERIALIZED (
        SELECT r.key, r.window_start, r.period, r.used, r.before
        FROM   rate AS r
        WHERE  r.key = ANY (keys)
        ORDER  BY r.key
        FOR NO KEY UPDATE
    ), asked AS (
        SELECT q.n, q.key, q.count, q.max, q.period, now_ns - now_ns % q.period AS start
        FROM   unnest(keys, counts, limits, periods) WITH ORDINALITY AS q (key, count, max, period, n)
    ), turned AS (
        SELECT a.n, a.key, a.count, a.max, a.period, a.start,
               CASE WHEN h.window_start = a.start AND h.period = a.period THEN h.used ELSE 0 END AS used,
               CASE WHEN h.period <> a.period THEN 0
                    WHEN h.window_start = a.start THEN h.before
                    WHEN h.window_start = a.start - a.period THEN h.used
                    ELSE 0
               END AS before
        FROM   asked AS a
        LEFT   JOIN held AS h ON h.key = a.key    -- swept away this moment: begins anew
    ), decided AS (
        SELECT t.n, t.key, t.count, t.max, t.period, t.start, t.used, t.before,
               t.max - t.used - ceil(t.before * (1 - (now_ns - t.start)::numeric / t.period))::bigint AS room,
               sum(t.count) OVER (PARTITION BY t.key ORDER BY t.n) AS upto
        FROM   turned AS t
    ), taken AS (
        UPDATE rate AS r
        SET    window_start = d.start, period = d.period, before = d.before, used = d.used + d.count
        FROM   (SELECT decided.key, decided.start, decided.period, decided.before, decided.used,
                       coalesce(sum(decided.count) FILTER (WHERE decided.upto <= decided.room), 0) AS count
                FROM   decided
                GROUP  BY decided.key, decided.start, decided.period, decided.before, decided.used) AS d
        WHERE  r.key = d.key
    )
    SELECT array_agg(
               CASE WHEN d.upto <= d.room THEN 0
                    -- until enough of the window before has passed, or of the one after this
                    WHEN d.used + d.upto <= d.max AND d.before > 0
                    THEN greatest(1, d.start + d.period
                                     - floor((d.max - d.used - d.upto)::numeric * d.period / d.before)::bigint
                                     - now_ns)
                    ELSE d.start - now_ns + greatest(d.period, coalesce(
                        2 * d.period - floor((d.max - d.count)::numeric * d.period / nullif(d.used, 0)), 0)::bigint)
               END ORDER BY d.n)
    INTO   waits
    FROM   decided AS d;
    RETURN waits;
END $$;
