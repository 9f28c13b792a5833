-- The simulated banks' own books. A schema of its own: this is an outside system, nothing of the house joins it.
CREATE SCHEMA simbank;

CREATE TABLE simbank.account (
    token   text   PRIMARY KEY,
    bank    text   NOT NULL,
    number  text   NOT NULL,
    holder  text   NOT NULL,
    balance bigint NOT NULL CHECK (balance >= 0),
    closed  boolean NOT NULL DEFAULT false,
    UNIQUE (bank, number)
);

CREATE TABLE simbank.entry (
    bank      text    NOT NULL,
    reference uuid    NOT NULL,
    way       text    NOT NULL,
    token     text    NOT NULL,
    amount    bigint  NOT NULL,
    currency  text    NOT NULL,
    number    bigint  GENERATED ALWAYS AS IDENTITY,
    reason    text,
    received  bigint  NOT NULL,
    known     bigint  NOT NULL,
    PRIMARY KEY (bank, reference)
);
COMMENT ON COLUMN simbank.entry.way    IS 'pull: charged from the account; push: paid into it.';
COMMENT ON COLUMN simbank.entry.reason IS 'Why it was declined; NULL: it was done.';
COMMENT ON COLUMN simbank.entry.known  IS 'Nanoseconds: until then the bank says that it has not decided.';

CREATE TABLE simbank.behaviour (
    bank       text   PRIMARY KEY,
    delay_ms   int    NOT NULL,
    late_ms    int    NOT NULL,
    repeats    int    NOT NULL,
    dark       text,
    decline    text
);
