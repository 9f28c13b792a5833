-- ledger_draw: `n` nanoseconds that nobody had before, the first of them; later than every earlier one and
-- not before `now_ns` (NULL: the server's clock). Called while the touched accounts are locked, so the order
-- of time is the order of effect. The session lock is held for microseconds and not until the commit:
-- otherwise all commits would stand in one line.
CREATE OR REPLACE FUNCTION ledger_draw(n int, now_ns bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    first_ts bigint;
BEGIN
    PERFORM pg_advisory_lock(7166105);
    BEGIN
        SELECT greatest(last_value + 1, coalesce(now_ns, ledger_now())) INTO first_ts FROM ledger_clock;
        PERFORM setval('ledger_clock', first_ts + n - 1);
    EXCEPTION WHEN query_canceled OR OTHERS THEN
        PERFORM pg_advisory_unlock(7166105);
        RAISE;
    END;
    PERFORM pg_advisory_unlock(7166105);
    RETURN first_ts;
END $$;

-- ledger_now: the server's clock in nanoseconds since 1970.
CREATE OR REPLACE FUNCTION ledger_now() RETURNS bigint
LANGUAGE sql AS $$
    SELECT (extract(epoch FROM clock_timestamp()) * 1000000000)::bigint
$$;

-- ledger_day, ledger_year: the business day (days since 1970) and year of a nanosecond, in UTC+8.
CREATE OR REPLACE FUNCTION ledger_day(ns bigint) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT ((ns + 28800000000000) / 86400000000000)::int
$$;
CREATE OR REPLACE FUNCTION ledger_year(ns bigint) RETURNS int
LANGUAGE sql IMMUTABLE AS $$
    SELECT extract(year FROM DATE '1970-01-01' + ledger_day(ns))::int
$$;
