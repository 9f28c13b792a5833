-- Who read records, for which purpose. A line is written before what was read is handed on.
CREATE TABLE insight_read (
    seq     bigint  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began   bigint  NOT NULL,
    at      bigint  NOT NULL,
    purpose text    NOT NULL,
    reader  text    NOT NULL,
    data    text    NOT NULL,
    person  uuid,
    people  integer NOT NULL,
    rows    bigint  NOT NULL
);
COMMENT ON TABLE  insight_read        IS 'The log of reading. Times in nanoseconds since 1970.';
COMMENT ON COLUMN insight_read.began  IS 'Consent was asked between began and at.';
COMMENT ON COLUMN insight_read.data   IS 'Which kind of data: records, scores, features.';
COMMENT ON COLUMN insight_read.person IS 'The pseudonym, where one person''s was read; NULL: of all who let theirs be read.';
COMMENT ON COLUMN insight_read.people IS 'How many people let theirs be read then.';
-- A person's own lines; and those of everybody's records.
CREATE INDEX insight_read_person ON insight_read (person, seq) WHERE person IS NOT NULL;
CREATE INDEX insight_read_everybody ON insight_read (seq) WHERE person IS NULL;

-- What people said of a purpose, one after the other: insight_consent has what holds now.
CREATE TABLE insight_consent_said (
    person  uuid    NOT NULL,
    purpose text    NOT NULL,
    since   bigint  NOT NULL,
    granted boolean NOT NULL,
    CONSTRAINT insight_consent_said_pkey PRIMARY KEY (person, purpose, since)
);
COMMENT ON TABLE insight_consent_said IS 'Each yes and no with its time, by pseudonym.';
INSERT INTO insight_consent_said (person, purpose, since, granted)
SELECT person, purpose, since, granted
FROM   insight_consent;
