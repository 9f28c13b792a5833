-- Group collections: who collects what from whom, and who has paid.
CREATE TABLE collection (
    id        uuid    PRIMARY KEY,
    collector uuid    NOT NULL,
    person    uuid    NOT NULL,
    each      bigint  CHECK (each > 0),
    amount    bigint  NOT NULL CHECK (amount > 0),
    received  bigint  NOT NULL DEFAULT 0,
    created   bigint  NOT NULL,
    ended     bigint,
    reminded  bigint,
    people    integer NOT NULL CHECK (people BETWEEN 1 AND 1000000),
    paid      integer NOT NULL DEFAULT 0,
    reminders integer NOT NULL DEFAULT 0,
    split     text    NOT NULL CHECK (split IN ('equal', 'named')),
    state     text    NOT NULL CHECK (state IN ('open', 'complete', 'closed')),
    currency  text    NOT NULL,
    title     text    NOT NULL,
    CONSTRAINT collection_paid_within CHECK (paid BETWEEN 0 AND people AND received BETWEEN 0 AND amount)
) WITH (fillfactor = 70);
COMMENT ON TABLE  collection IS 'Amounts in minor units, times in nanoseconds since 1970.';
COMMENT ON COLUMN collection.each IS 'What everybody pays; NULL: named people pay what their part says.';
COMMENT ON COLUMN collection.amount IS 'What it comes to when all have paid.';
CREATE INDEX collection_person ON collection (person, created, id);

-- One person's part. In an equal collection it appears when it is paid.
CREATE TABLE collection_part (
    collection uuid    NOT NULL,
    person     uuid    NOT NULL,
    wallet     uuid    NOT NULL,
    command    uuid,
    amount     bigint  NOT NULL CHECK (amount > 0),
    asked      bigint  NOT NULL,
    paid       bigint,
    place      integer NOT NULL,
    PRIMARY KEY (collection, person),
    CONSTRAINT collection_part_paid_by_command CHECK ((paid IS NULL) = (command IS NULL))
);
COMMENT ON COLUMN collection_part.place IS 'The order in which the collector named them; 0: an open place.';
CREATE INDEX collection_part_person ON collection_part (person, asked, collection);
