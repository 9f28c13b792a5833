-- What a table keeps of a pseudonym, a row as JSON each, without the pseudonym or another's; only of tables that insight_kept()
-- names.
CREATE OR REPLACE FUNCTION insight_rows(place text, somebody uuid) RETURNS SETOF text
LANGUAGE plpgsql STABLE
AS $$
BEGIN
    IF place NOT IN (SELECT k FROM insight_kept() AS k) THEN
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format('SELECT (to_jsonb(t) - ''person'' - ''other'')::text FROM %I AS t WHERE person = $1', place)
        USING somebody;
END;
$$;
