CREATE TABLE withdrawal (
    id             uuid    PRIMARY KEY,
    account        uuid    NOT NULL,
    merchant       boolean NOT NULL,
    card           uuid    NOT NULL,
    bank           text    NOT NULL,
    simulated      boolean NOT NULL,
    token          text    NOT NULL,
    amount         bigint  NOT NULL,
    currency       text    NOT NULL,
    state          text    NOT NULL,
    attempt        int     NOT NULL DEFAULT 0,
    tries          int     NOT NULL DEFAULT 0,
    due            bigint,
    created        bigint  NOT NULL,
    valid_until    bigint  NOT NULL,
    ended          bigint,
    bank_reference text,
    reason         text
);
COMMENT ON TABLE  withdrawal     IS 'Wallet or merchant to bank account. States: channels/errand.py.';
COMMENT ON COLUMN withdrawal.id  IS 'The command that asked for it, and the bank''s reference.';
COMMENT ON COLUMN withdrawal.due IS 'Nanoseconds: when it is looked after next; NULL: it is over.';
CREATE INDEX withdrawal_due ON withdrawal (due) WHERE due IS NOT NULL;
CREATE INDEX withdrawal_account ON withdrawal (account, created, id);
