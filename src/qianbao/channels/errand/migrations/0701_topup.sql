CREATE TABLE topup (
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
COMMENT ON TABLE  topup     IS 'Bank card to wallet. States: channels/errand.py.';
COMMENT ON COLUMN topup.id  IS 'The command that asked for it, and the bank''s reference.';
COMMENT ON COLUMN topup.due IS 'Nanoseconds: when it is looked after next; NULL: it is over.';
CREATE INDEX topup_due ON topup (due) WHERE due IS NOT NULL;
CREATE INDEX topup_account ON topup (account, created, id);
