-- Red packets. The row of a hot packet is changed by every batch of grabs: no column that they change is
-- indexed but `state`, which changes once, so an update stays within its page.
CREATE TABLE red_packet (
    id       uuid      PRIMARY KEY,
    sender   uuid      NOT NULL,
    person   uuid      NOT NULL,
    ending   uuid,
    amount   bigint    NOT NULL CHECK (amount > 0),
    each     bigint    CHECK (each > 0),
    given    bigint    NOT NULL DEFAULT 0,
    returned bigint    NOT NULL DEFAULT 0,
    best     bigint    NOT NULL DEFAULT 0,
    created  bigint    NOT NULL,
    expires  bigint    NOT NULL,
    due      bigint    NOT NULL,
    ended    bigint,
    count    integer   NOT NULL CHECK (count BETWEEN 1 AND 1000000),
    taken    integer   NOT NULL DEFAULT 0,
    best_position integer NOT NULL DEFAULT 0,
    kind     text      NOT NULL CHECK (kind IN ('equal', 'lucky')),
    state    text      NOT NULL CHECK (state IN ('open', 'emptied', 'expired')),
    currency text      NOT NULL,
    wish     text      NOT NULL,
    free     integer[] NOT NULL DEFAULT '{}',
    CONSTRAINT red_packet_given_within CHECK (given >= 0 AND returned >= 0 AND given + returned <= amount),
    CONSTRAINT red_packet_taken_within CHECK (taken BETWEEN 0 AND count)
) WITH (fillfactor = 50);
COMMENT ON TABLE  red_packet IS 'One row a packet; its id is its ledger account. Amounts in minor units, times in nanoseconds.';
COMMENT ON COLUMN red_packet.sender IS 'The wallet that funded it, to which the rest returns.';
COMMENT ON COLUMN red_packet.ending IS 'The command that returned the rest.';
COMMENT ON COLUMN red_packet.each IS 'What every share is; NULL: lucky, see red_packet_share.';
COMMENT ON COLUMN red_packet.taken IS 'Shares 1 to this have been assigned; those in `free` came back (their grab was refused).';
COMMENT ON COLUMN red_packet.due IS 'When the sweep looks at it: when it runs out, or later where the rest could not return.';
COMMENT ON COLUMN red_packet.best IS 'The largest share given so far; best_position is the first of that size.';
CREATE INDEX red_packet_person ON red_packet (person, created, id);
CREATE INDEX red_packet_due ON red_packet (due) WHERE state = 'open';

-- The shares of a lucky packet, drawn when it was funded: 200 a row, in the order in which they are given.
CREATE TABLE red_packet_share (
    packet  uuid     NOT NULL,
    first   integer  NOT NULL,
    amounts bigint[] NOT NULL,
    PRIMARY KEY (packet, first)
);
COMMENT ON COLUMN red_packet_share.first IS 'The position of the first of these shares: 1, 201, 401, …';

-- Who got what. The primary key lets each person grab once.
CREATE TABLE red_packet_grab (
    packet   uuid    NOT NULL,
    person   uuid    NOT NULL,
    wallet   uuid    NOT NULL,
    command  uuid    NOT NULL,
    amount   bigint  NOT NULL CHECK (amount > 0),
    at       bigint  NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (packet, person)
);
CREATE UNIQUE INDEX red_packet_grab_position ON red_packet_grab (packet, position);
CREATE INDEX red_packet_grab_person ON red_packet_grab (person, at);

-- How many packets somebody has sent on a day (days since 1970 in UTC+8).
CREATE TABLE red_packet_day (
    person uuid    NOT NULL,
    day    integer NOT NULL,
    sent   integer NOT NULL,
    PRIMARY KEY (person, day)
) WITH (fillfactor = 80);
