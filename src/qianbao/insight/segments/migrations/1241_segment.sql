-- Tags of merchants' customers, of those who agree to offers; laid anew once a day. No merchant reads this table.
CREATE TABLE insight_tag (
    merchant uuid   NOT NULL,
    person   uuid   NOT NULL,
    tags     text[] NOT NULL,
    CONSTRAINT insight_tag_pkey PRIMARY KEY (merchant, person)
);
-- Erasure.
CREATE INDEX insight_tag_person ON insight_tag (person);

-- What a merchant is told of each tag that day: in tens, with noise; NULL: too few.
CREATE TABLE insight_segment (
    merchant uuid    NOT NULL,
    tag      text    NOT NULL,
    size     integer,
    CONSTRAINT insight_segment_pkey PRIMARY KEY (merchant, tag)
);

-- The day that was laid last.
CREATE TABLE insight_segment_day (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    day      date    NOT NULL,
    made     bigint  NOT NULL,
    people   integer NOT NULL
);

-- Audiences: conditions, and the size of a day. One that was refused is kept closed: asked again, it is told the same.
CREATE TABLE insight_audience (
    id       uuid    PRIMARY KEY,
    merchant uuid    NOT NULL,
    name     text    NOT NULL,
    every    text[]  NOT NULL,
    none     text[]  NOT NULL,
    made     bigint  NOT NULL,
    day      date    NOT NULL,
    size     integer,
    open     boolean NOT NULL
);
CREATE INDEX insight_audience_merchant ON insight_audience (merchant, made);
COMMENT ON COLUMN insight_audience.size IS 'In tens, with noise, of that day; NULL: too few, and nobody is in it.';

-- How many new audiences a merchant has asked for on a day.
CREATE TABLE insight_audience_asked (
    merchant uuid    NOT NULL,
    day      date    NOT NULL,
    asked    integer NOT NULL,
    CONSTRAINT insight_audience_asked_pkey PRIMARY KEY (merchant, day)
);
