-- ledger_index: make entries for the next transfers, at most `row_limit`. How many. Behind the commit: two
-- more B-trees on the commit's path cost a third of its speed.
--
-- Only moments that are settled may be passed: no running transaction may still commit an earlier one. So the
-- clock is read first, then an own xid drawn: whoever drew an earlier moment has a smaller xid; when all of
-- those have ended, the moment is safe. One at a time. Call it alone, in a transaction of its own.
CREATE OR REPLACE FUNCTION ledger_index(row_limit int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    moment bigint;
    mine   xid8;
    eldest xid8;
    state  record;
    safe   bigint;
    reached bigint;
    made   int;
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        RAISE EXCEPTION 'ledger_index wants a transaction of its own' USING ERRCODE = '25001';
    END IF;
    SELECT last_value INTO moment FROM ledger_clock;
    mine := pg_current_xact_id();
    SELECT s.up_to, s.candidate, s.candidate_xid INTO state FROM transfer_entry_state s FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN 0;
    END IF;
    eldest := pg_snapshot_xmin(pg_current_snapshot());
    IF eldest >= mine THEN
        safe := moment;
    ELSIF eldest >= state.candidate_xid THEN
        safe := state.candidate;
        UPDATE transfer_entry_state SET candidate = moment, candidate_xid = mine;
    ELSE
        RETURN 0;
    END IF;
    WITH part AS MATERIALIZED (
        SELECT t.debit_account, t.credit_account, t.user_data_128, t.user_data_64, t.user_data_32, t.ts
        FROM   transfer t
        WHERE  t.ts > state.up_to AND t.ts <= safe
        ORDER BY t.ts LIMIT row_limit
    ), made_now AS (
        INSERT INTO transfer_entry (key, ts, kind)
        SELECT k.key, part.ts, k.kind
        FROM   part, LATERAL (VALUES (part.debit_account, 0), (part.credit_account, 1), (part.user_data_128, 2),
                                     (ledger_key(part.user_data_64), 3), (ledger_key(part.user_data_32), 4))
               AS k (key, kind)
        WHERE  k.key IS NOT NULL
        ORDER BY k.key, part.ts
    )
    SELECT max(part.ts), count(*) INTO reached, made FROM part;
    IF made > 0 THEN
        UPDATE transfer_entry_state SET up_to = reached;
    END IF;
    RETURN made;
END $$;

-- ledger_key: a number as an entry's key, counted unsigned.
CREATE OR REPLACE FUNCTION ledger_key(number bigint) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT lpad(to_hex(number), 32, '0')::uuid
$$;
