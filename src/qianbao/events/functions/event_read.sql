-- Reading the outbox. Both walk the index command_xid from a place on and stop early; the settings keep them to
-- it where the statistics are old, for a plan that looks at the whole backlog for each page would never catch up.

-- The next events after a place, in order. Below the oldest transaction still running nothing can appear any
-- more, so no slower transaction is skipped.
CREATE OR REPLACE FUNCTION event_after(from_xid xid8, from_ordinal smallint, size int)
RETURNS TABLE (id uuid, type text, ts bigint, subject uuid, data text, xid bigint, ordinal smallint)
LANGUAGE sql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
    SELECT   c.id, c.type, c.ts, c.subject, c.data, c.xid::text::bigint, c.ordinal
    FROM     command AS c
    WHERE    c.xid >= from_xid
    AND      (c.xid, c.ordinal) > (from_xid, from_ordinal)
    AND      c.xid < pg_snapshot_xmin(pg_current_snapshot())
    AND      c.outcome = 0
    AND      c.type <> ''  -- untold: a claim and its answer alone
    ORDER BY c.xid, c.ordinal
    LIMIT    size;
$$;

-- Where a stretch of `size` rows ends (exclusive), and below what everything is settled.
CREATE OR REPLACE FUNCTION event_stretch(from_xid xid8, size int, OUT below bigint, OUT settled bigint)
LANGUAGE sql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
    SELECT coalesce(
               (SELECT   c.xid
                FROM     command AS c
                WHERE    c.xid >= from_xid
                AND      c.xid < oldest.running
                ORDER BY c.xid
                OFFSET   size
                LIMIT    1),
               oldest.running)::text::bigint,
           oldest.running::text::bigint
    FROM   (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS running) AS oldest;
$$;
