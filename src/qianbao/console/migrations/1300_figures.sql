-- Roll-ups of the outbox, made by figure_project and by nothing else: they can be thrown away and made again.
-- Counts are of payments; amounts are minor units of the currency.

-- By the second in which a payment became durable: what the console shows as it happens. Kept for two hours.
CREATE TABLE figure_second (
    second   bigint NOT NULL,
    currency text   NOT NULL,
    paid     bigint NOT NULL,
    amount   bigint NOT NULL,
    refused  bigint NOT NULL,
    declined bigint NOT NULL,
    refunds  bigint NOT NULL,
    returned bigint NOT NULL,
    PRIMARY KEY (second, currency)
) WITH (fillfactor = 70);
COMMENT ON COLUMN figure_second.refused  IS 'Attempts to pay that the ledger or a step refused: they are kept with their command.';
COMMENT ON COLUMN figure_second.declined IS 'Charges that the payer declined.';
COMMENT ON COLUMN figure_second.returned IS 'Given back by refunds and reversals.';

-- By the minute. Kept for eight days.
CREATE TABLE figure_minute (
    minute   bigint NOT NULL,
    currency text   NOT NULL,
    paid     bigint NOT NULL,
    amount   bigint NOT NULL,
    refused  bigint NOT NULL,
    declined bigint NOT NULL,
    refunds  bigint NOT NULL,
    returned bigint NOT NULL,
    PRIMARY KEY (minute, currency)
) WITH (fillfactor = 70);

-- By the business day on which it happened (a replayed record: long ago), and by what is compared. Kept for good.
CREATE TABLE figure_day (
    day       date   NOT NULL,
    currency  text   NOT NULL,
    scene     text   NOT NULL,
    way       text   NOT NULL,
    brand     text   NOT NULL,
    city      text   NOT NULL,
    city_tier text   NOT NULL,
    age_group text   NOT NULL,
    paid      bigint NOT NULL,
    amount    bigint NOT NULL,
    fee       bigint NOT NULL,
    refused   bigint NOT NULL,
    declined  bigint NOT NULL,
    refunds   bigint NOT NULL,
    returned  bigint NOT NULL,
    PRIMARY KEY (day, currency, scene, way, brand, city, city_tier, age_group)
) WITH (fillfactor = 80);
COMMENT ON COLUMN figure_day.way       IS 'offline or online.';
COMMENT ON COLUMN figure_day.city_tier IS 'Of the store; empty: the trade has none.';
COMMENT ON COLUMN figure_day.age_group IS 'Of the payer in the year of the payment; empty: the birth year is not known.';

-- What each server process tells of itself every other second: how long its answers took in the last minute.
CREATE TABLE figure_pulse (
    process text   PRIMARY KEY,
    at      bigint NOT NULL,
    steps   text   NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN figure_pulse.steps IS 'JSON: of each route the counts by bucket of latency, and what waits.';

INSERT INTO event_position (name, xid, ordinal)
VALUES ('figures', '0', 0);
