-- Remove what is kept of a pseudonym, table by table (insight_kept); how many rows each had.
CREATE OR REPLACE FUNCTION insight_erase(somebody uuid) RETURNS TABLE (place text, gone bigint)
LANGUAGE plpgsql
AS $$
BEGIN
    FOR place IN SELECT k FROM insight_kept() AS k LOOP
        EXECUTE format('DELETE FROM %I WHERE person = $1', place) USING somebody;
        GET DIAGNOSTICS gone = ROW_COUNT;
        RETURN NEXT;
    END LOOP;
END;
$$;
