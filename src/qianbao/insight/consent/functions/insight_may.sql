-- Whether a person's records may be read for a purpose: what they said, else the purpose's rule.
-- Index: insight_consent_pkey.
CREATE OR REPLACE FUNCTION insight_may(somebody uuid, what text, unsaid boolean) RETURNS boolean
LANGUAGE sql STABLE
AS $$
    SELECT coalesce(
        (SELECT c.granted FROM insight_consent AS c WHERE c.person = somebody AND c.purpose = what),
        unsaid);
$$;
