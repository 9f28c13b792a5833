-- Whether a person's records may have been read for a purpose at some moment of a time: what they had said last
-- before it (else the purpose's rule), or a yes within it. Index: insight_consent_said_pkey.
CREATE OR REPLACE FUNCTION insight_might(somebody uuid, what text, unsaid boolean, began bigint, ended bigint)
RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
               (SELECT   s.granted
                FROM     insight_consent_said AS s
                WHERE    s.person = somebody
                AND      s.purpose = what
                AND      s.since <= began
                ORDER BY s.since DESC
                LIMIT    1),
               unsaid)
        OR EXISTS (
               SELECT 1
               FROM   insight_consent_said AS s
               WHERE  s.person = somebody
               AND    s.purpose = what
               AND    s.since BETWEEN began AND ended
               AND    s.granted);
$$;
