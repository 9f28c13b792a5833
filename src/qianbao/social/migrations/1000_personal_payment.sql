-- Personal payments, and the codes by which people are paid. No foreign keys on the hot path.
CREATE TABLE personal_payment (
    id           uuid    PRIMARY KEY,
    payer        uuid    NOT NULL,
    payee        uuid    NOT NULL,
    payer_person uuid    NOT NULL,
    payee_person uuid    NOT NULL,
    amount       bigint  NOT NULL CHECK (amount > 0),
    at           bigint  NOT NULL,
    asked        bigint,
    ended        bigint,
    version      integer NOT NULL DEFAULT 1,
    currency     text    NOT NULL,
    state        text    NOT NULL,
    note         text    NOT NULL,
    reason       text
) WITH (fillfactor = 90);
COMMENT ON TABLE  personal_payment IS 'From person to person. Amounts in minor units, times in nanoseconds since 1970.';
COMMENT ON COLUMN personal_payment.asked IS 'When the payer asked for it back.';
COMMENT ON COLUMN personal_payment.ended IS 'When the payee gave it back or declined.';
CREATE INDEX personal_payment_payer ON personal_payment (payer_person, at, id);
CREATE INDEX personal_payment_payee ON personal_payment (payee_person, at, id);

-- What somebody shows to be paid: a QR code, with or without an amount.
CREATE TABLE receive_code (
    code    text   PRIMARY KEY,
    wallet  uuid   NOT NULL,
    amount  bigint CHECK (amount > 0),
    created bigint NOT NULL,
    note    text   NOT NULL
);
CREATE UNIQUE INDEX receive_code_standing ON receive_code (wallet) WHERE amount IS NULL;
