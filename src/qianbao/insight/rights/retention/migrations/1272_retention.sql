-- A file that is to go is not read any more; whoever began to read it may finish.
ALTER TABLE lake_file ADD COLUMN gone bigint;
COMMENT ON COLUMN lake_file.gone IS 'Since when it is not read any more; NULL: it is. Nanoseconds since 1970.';

-- What stays of records that are gone: figures of days, none of a few people.
CREATE TABLE insight_past (
    day      date    NOT NULL,
    city     text    NOT NULL,
    category text    NOT NULL,
    people   integer NOT NULL,
    records  bigint  NOT NULL,
    spent    bigint  NOT NULL,
    CONSTRAINT insight_past_pkey PRIMARY KEY (day, city, category)
);
COMMENT ON TABLE  insight_past        IS 'CNY, minor units; of who had not objected to statistics.';
COMMENT ON COLUMN insight_past.people IS 'Where records of a day went at several times, at most so many.';
