-- The rows of a step arrive as json, read once, and no longer as text that each call reads again. Another signature is
-- another function: the one of before goes, the new one is laid with the functions.
DROP FUNCTION IF EXISTS journal_commit(
    uuid[], bigint[], uuid[], uuid[], text[], text[], text[], text[], text[],
    int[], uuid[], uuid[], uuid[], bigint[], int[], int[], bigint[], uuid[], uuid[], bigint[], bigint[],
    bigint[], smallint[], bigint
);
