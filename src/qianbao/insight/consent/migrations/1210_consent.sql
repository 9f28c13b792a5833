-- What people have said; no row: nothing, and the register of purposes says what holds. By pseudonym.
CREATE TABLE insight_consent (
    person  uuid    NOT NULL,
    purpose text    NOT NULL,
    granted boolean NOT NULL,
    since   bigint  NOT NULL,
    CONSTRAINT insight_consent_pkey PRIMARY KEY (person, purpose)
);
COMMENT ON TABLE insight_consent IS 'Consent and objection by purpose. Times in nanoseconds since 1970.';
