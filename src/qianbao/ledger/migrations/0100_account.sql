-- Accounts of the ledger, after TigerBeetle's published model (docs/reference/account.md).
-- A missing user_data is NULL, so that a slim account stays a slim row: it is written with every transfer.
CREATE TABLE account (
    id              uuid   PRIMARY KEY,
    debits_pending  bigint NOT NULL DEFAULT 0,
    debits_posted   bigint NOT NULL DEFAULT 0,
    credits_pending bigint NOT NULL DEFAULT 0,
    credits_posted  bigint NOT NULL DEFAULT 0,
    ts              bigint NOT NULL,
    ledger          bigint NOT NULL,
    code            int    NOT NULL,
    flags           int    NOT NULL,
    user_data_128   uuid,
    user_data_64    bigint,
    user_data_32    bigint,
    -- Spend windows, our extension. A maximum that is NULL is none. `day` (days since 1970 in UTC+8) and
    -- `year` say which period the used figures are of: an older one counts as zero, no job turns it over.
    day               int,
    day_used          bigint,
    day_max           bigint,
    year              int,
    year_used         bigint,
    year_max          bigint,
    life_used         bigint,
    life_max          bigint,
    static_used       bigint,
    static_max        bigint,
    pinless_used      bigint,
    pinless_max       bigint,
    pinless_count     int,
    pinless_count_max int
) WITH (fillfactor = 60);

-- All accounts in the order of their making, for query_accounts.
CREATE UNIQUE INDEX account_ts ON account (ts);
CREATE INDEX account_user_data_128 ON account (user_data_128, ts) WHERE user_data_128 IS NOT NULL;

-- The balances of accounts with the history flag, after each transfer that touched them.
CREATE TABLE account_balance (
    account         uuid   NOT NULL,
    ts              bigint NOT NULL,
    debits_pending  bigint NOT NULL,
    debits_posted   bigint NOT NULL,
    credits_pending bigint NOT NULL,
    credits_posted  bigint NOT NULL,
    PRIMARY KEY (account, ts)
);

-- The ledger's clock: the last nanosecond given out. Moved only by ledger_draw.
CREATE SEQUENCE ledger_clock MINVALUE 0 START 0;
