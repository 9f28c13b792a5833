-- Consumption records. No foreign keys: records stand on their own, and people are known by a pseudonym.

-- Whose a pseudonym is. Destroy a row, and nothing in records or lake leads to the person any more.
CREATE TABLE insight_person (
    pseudonym uuid     PRIMARY KEY,
    person    uuid     NOT NULL,
    salt      bytea    NOT NULL,
    born      smallint,
    made      bigint   NOT NULL,
    CONSTRAINT insight_person_one_pseudonym UNIQUE (person)
);
COMMENT ON TABLE  insight_person IS 'The key rows: person and pseudonym. Times in nanoseconds since 1970.';
COMMENT ON COLUMN insight_person.salt IS 'Secret: a record''s id is derived from its trade with it, so it goes with the row.';

-- How far the outbox has been read. Moves in the transaction that writes what was read: exactly once.
CREATE TABLE consumption_position (
    only_row    boolean  PRIMARY KEY DEFAULT true CHECK (only_row),
    xid         xid8     NOT NULL,
    ordinal     smallint NOT NULL,
    seq         bigint   NOT NULL,
    quarantined bigint   NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN consumption_position.seq IS 'Facts taken so far: the number of the last one.';
INSERT INTO consumption_position (xid, ordinal, seq, quarantined)
VALUES ('0', 0, 0, 0);

-- Facts as they became known, not yet in the lake: a payment, and each refund that amends it. Taken out in
-- the transaction that lists the file they went into.
CREATE TABLE consumption_fact (
    seq      bigint PRIMARY KEY,
    record   uuid   NOT NULL,
    person   uuid   NOT NULL,
    kind     text   NOT NULL CHECK (kind IN ('paid', 'refunded', 'reversed')),
    happened bigint NOT NULL,
    known    bigint NOT NULL,
    day      date   NOT NULL,
    amount   bigint NOT NULL CHECK (amount > 0),
    own      bigint NOT NULL,
    refunded bigint NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    merchant uuid   NOT NULL,
    store    uuid,
    currency text   NOT NULL,
    mcc      text   NOT NULL,
    category text   NOT NULL,
    scene    text   NOT NULL,
    brand    text   NOT NULL,
    city     text   NOT NULL,
    tier     text   NOT NULL,
    cell     bigint
);
COMMENT ON TABLE  consumption_fact IS 'Amounts in minor units, times in nanoseconds since 1970.';
COMMENT ON COLUMN consumption_fact.happened IS 'When it was bought; records of the past say so, else it is when it was paid.';
COMMENT ON COLUMN consumption_fact.known IS 'When the network learnt it.';
COMMENT ON COLUMN consumption_fact.day IS 'The business day of happened.';
COMMENT ON COLUMN consumption_fact.own IS 'What the payer''s own wallet gave; the rest of amount is subsidy.';
COMMENT ON COLUMN consumption_fact.refunded IS 'Given back so far, the payer''s own money first.';
COMMENT ON COLUMN consumption_fact.cell IS 'H3, resolution 8: about 0.7 square kilometres.';

-- The records as they stand, for the person's own picture.
CREATE TABLE consumption (
    trade    uuid   PRIMARY KEY,
    record   uuid   NOT NULL,
    person   uuid   NOT NULL,
    seq      bigint NOT NULL,
    happened bigint NOT NULL,
    day      date   NOT NULL,
    amount   bigint NOT NULL CHECK (amount > 0),
    own      bigint NOT NULL,
    refunded bigint NOT NULL CHECK (refunded BETWEEN 0 AND amount),
    merchant uuid   NOT NULL,
    store    uuid,
    currency text   NOT NULL,
    category text   NOT NULL,
    scene    text   NOT NULL,
    brand    text   NOT NULL,
    city     text   NOT NULL,
    tier     text   NOT NULL
) WITH (fillfactor = 90);
COMMENT ON COLUMN consumption.trade IS 'Leads to the books; it is never exported.';
COMMENT ON COLUMN consumption.seq IS 'The last fact that made it so.';
-- A person's records of a time.
CREATE INDEX consumption_person ON consumption (person, happened);

-- Events that make no record, with the reason. Facts + quarantined = events of a kind that is read.
CREATE TABLE consumption_quarantine (
    event  uuid   PRIMARY KEY,
    type   text   NOT NULL,
    reason text   NOT NULL,
    detail text   NOT NULL,
    data   text   NOT NULL,
    known  bigint NOT NULL
);

-- The lake's files. A file that is not listed here is not read: it was cut off half-way.
CREATE TABLE lake_file (
    path      text   PRIMARY KEY,
    day       date   NOT NULL,
    city      text   NOT NULL,
    rows      bigint NOT NULL,
    bytes     bigint NOT NULL,
    seq_first bigint NOT NULL,
    seq_last  bigint NOT NULL,
    made      bigint NOT NULL
);
COMMENT ON COLUMN lake_file.path IS 'Relative to the lake: day=…/city=…/….parquet';
COMMENT ON COLUMN lake_file.day IS 'The business day on which its facts became known.';
