-- Top-ups and withdrawals are one kind of thing in two directions: one table, one pair of steps.
CREATE TABLE errand (
    id             uuid    PRIMARY KEY,
    direction      text    NOT NULL CHECK (direction IN ('topup', 'withdrawal')),
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
COMMENT ON TABLE  errand           IS 'Between bank card and account. States: channels/errand/models.py.';
COMMENT ON COLUMN errand.id        IS 'The command that asked for it, and the bank''s reference.';
COMMENT ON COLUMN errand.direction IS 'topup: from the bank to a wallet; withdrawal: from a wallet or merchant to the bank.';
COMMENT ON COLUMN errand.due       IS 'Nanoseconds: when it is looked after next; NULL: it is over.';
CREATE INDEX errand_due ON errand (due) WHERE due IS NOT NULL;
CREATE INDEX errand_account ON errand (account, direction, created, id);

INSERT INTO errand (id, direction, account, merchant, card, bank, simulated, token, amount, currency, state, attempt,
                    tries, due, created, valid_until, ended, bank_reference, reason)
SELECT id, 'topup', account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries, due,
       created, valid_until, ended, bank_reference, reason
FROM   topup
UNION ALL
SELECT id, 'withdrawal', account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries, due,
       created, valid_until, ended, bank_reference, reason
FROM   withdrawal;

DROP TABLE topup, withdrawal;
DROP FUNCTION IF EXISTS step_topup_new_see(json, smallint[]);
DROP FUNCTION IF EXISTS step_topup_new_write(json, smallint[]);
DROP FUNCTION IF EXISTS step_topup_over_see(json, smallint[]);
DROP FUNCTION IF EXISTS step_topup_over_write(json, smallint[]);
DROP FUNCTION IF EXISTS step_withdrawal_new_see(json, smallint[]);
DROP FUNCTION IF EXISTS step_withdrawal_new_write(json, smallint[]);
DROP FUNCTION IF EXISTS step_withdrawal_over_see(json, smallint[]);
DROP FUNCTION IF EXISTS step_withdrawal_over_write(json, smallint[]);
