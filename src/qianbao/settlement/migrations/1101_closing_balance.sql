-- What a merchant's balance was when a business day ended, added up from the ledger once the day was over.
-- Only a shortcut: without it a statement adds up from the beginning.
CREATE TABLE closing_balance (
    merchant uuid   NOT NULL,
    day      date   NOT NULL,
    balance  bigint NOT NULL,
    PRIMARY KEY (merchant, day)
);
