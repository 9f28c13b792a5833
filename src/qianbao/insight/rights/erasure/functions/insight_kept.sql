-- The tables that keep something of people by pseudonym: every one of the insight room with a column `person`,
-- without the log of reading. A new table is found by its column.
CREATE OR REPLACE FUNCTION insight_kept() RETURNS SETOF text
LANGUAGE sql STABLE
AS $$
    SELECT   c.relname::text
    FROM     pg_class AS c
    JOIN     pg_attribute AS a ON a.attrelid = c.oid
    WHERE    c.relkind = 'r'
    AND      c.relnamespace = 'public'::regnamespace
    AND      c.relname ~ '^(insight_|consumption$)'
    AND      c.relname NOT IN ('insight_person', 'insight_read')
    AND      a.attname = 'person'
    AND      a.atttypid = 'uuid'::regtype
    AND      NOT a.attisdropped
    ORDER BY c.relname;
$$;
