CREATE TABLE card (
    id        uuid    PRIMARY KEY,
    owner     uuid    NOT NULL,
    bank      text    NOT NULL,
    token     text    NOT NULL,
    last4     text    NOT NULL,
    holder    text    NOT NULL,
    simulated boolean NOT NULL,
    state     text    NOT NULL,
    linked    bigint  NOT NULL,
    unlinked  bigint
);
COMMENT ON TABLE  card       IS 'Bank cards and accounts that were linked. The full number is never kept: the bank''s token stands for it.';
COMMENT ON COLUMN card.owner IS 'The person or the merchant.';
CREATE UNIQUE INDEX card_linked_once ON card (owner, bank, token) WHERE state = 'linked';
