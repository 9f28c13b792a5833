-- The hash of a row behind another one: over its members in one unambiguous text.
CREATE OR REPLACE FUNCTION audit_hash(
    before bytea, seq bigint, at bigint, kind text, about bigint, actor uuid, role text, name text, action text,
    target text, reason text, request text, address text, said text, status int
) RETURNS bytea
LANGUAGE sql IMMUTABLE
RETURN sha256(before || convert_to(
    jsonb_build_array(seq, at, kind, about, actor, role, name, action, target, reason, request, address, said,
                      status)::text, 'UTF8'));

-- Adds one row at the end of the chain; its number and hash.
CREATE OR REPLACE FUNCTION audit_write(
    at bigint, kind text, about bigint, actor uuid, role text, name text, action text, target text, reason text,
    request text, address text, said text, status int, OUT seq bigint, OUT hash bytea
)
LANGUAGE plpgsql AS $$
DECLARE
    head record;
BEGIN
    SELECT h.seq, h.hash INTO STRICT head FROM audit_head AS h FOR UPDATE;
    seq := head.seq + 1;
    hash := audit_hash(head.hash, seq, at, kind, about, actor, role, name, action, target, reason, request, address,
                       said, status);
    INSERT INTO audit (seq, at, kind, about, actor, role, name, action, target, reason, request, address, said, status,
                       hash)
    VALUES (audit_write.seq, audit_write.at, audit_write.kind, audit_write.about, audit_write.actor, audit_write.role,
            audit_write.name, audit_write.action, audit_write.target, audit_write.reason, audit_write.request,
            audit_write.address, audit_write.said, audit_write.status, audit_write.hash);
    UPDATE audit_head AS h SET seq = audit_write.seq, hash = audit_write.hash;
END $$;

-- The first row at which the chain does not hold, or NULL where all of it does; and how many rows there are. A
-- number left out, a content that is not its hash's, an end that is not where the head says.
CREATE OR REPLACE FUNCTION audit_check(OUT broken bigint, OUT size bigint)
LANGUAGE sql STABLE AS $$
    WITH chain AS (
        SELECT a.seq,
               a.seq = 1 + lag(a.seq, 1, 0::bigint) OVER way
               AND a.hash = audit_hash(lag(a.hash, 1, decode(repeat('00', 32), 'hex')) OVER way, a.seq, a.at, a.kind,
                                       a.about, a.actor, a.role, a.name, a.action, a.target, a.reason, a.request,
                                       a.address, a.said, a.status) AS holds
        FROM   audit AS a
        WINDOW way AS (ORDER BY a.seq)
    ), ends AS (
        SELECT h.seq
        FROM   audit_head AS h
        LEFT   JOIN audit AS a ON a.seq = h.seq
        WHERE  h.seq > 0
        AND    a.hash IS DISTINCT FROM h.hash
        OR     h.seq < (SELECT coalesce(max(b.seq), 0) FROM audit AS b)
    )
    SELECT least((SELECT min(chain.seq) FROM chain WHERE NOT chain.holds), (SELECT min(ends.seq) FROM ends)),
           (SELECT count(*) FROM chain);
$$;
