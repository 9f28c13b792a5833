-- ledger_set_windows: the spend limits of accounts, in minor units; NULL is no limit. What was used stays.
-- The number of accounts found. Locks in key order.
CREATE OR REPLACE FUNCTION ledger_set_windows(
    ids uuid[], day_max bigint[], year_max bigint[], life_max bigint[], static_max bigint[], pinless_max bigint[],
    pinless_count_max int[]
) RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    found_count int;
BEGIN
    PERFORM FROM account a WHERE a.id = ANY (ids) ORDER BY a.id FOR NO KEY UPDATE;
    UPDATE account a
    SET    day_max = u.day, year_max = u.year, life_max = u.life, static_max = u.static,
           pinless_max = u.pinless, pinless_count_max = u.pinless_count
    FROM   unnest($1, $2, $3, $4, $5, $6, $7)
           AS u (id, day, year, life, static, pinless, pinless_count)
    WHERE  a.id = u.id;
    GET DIAGNOSTICS found_count = ROW_COUNT;
    RETURN found_count;
END $$;
