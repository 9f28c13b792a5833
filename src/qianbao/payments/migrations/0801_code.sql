-- Payers' codes: eighteen digits that live a minute. Only a keyed hash of each is kept.
CREATE TABLE payer_code (
    id      uuid   PRIMARY KEY,
    wallet  uuid   NOT NULL,
    device  uuid,
    issued  bigint NOT NULL,
    expires bigint NOT NULL,
    trade   uuid
) WITH (fillfactor = 80);
COMMENT ON COLUMN payer_code.id IS 'The first sixteen bytes of the code''s keyed hash.';
COMMENT ON COLUMN payer_code.trade IS 'The trade that used it; NULL: nobody has.';
CREATE INDEX payer_code_wallet ON payer_code (wallet, issued);

-- Merchants' own codes: printed QR codes (with or without an amount) and the numbers that payers type.
CREATE TABLE counter_code (
    token    text    PRIMARY KEY,
    kind     text    NOT NULL CHECK (kind IN ('static_qr', 'amount_qr', 'number')),
    merchant uuid    NOT NULL,
    store    uuid,
    amount   bigint  CHECK (amount > 0),
    subject  text    NOT NULL DEFAULT '',
    created  bigint  NOT NULL,
    revoked  bigint,
    CONSTRAINT counter_code_amount CHECK ((kind = 'amount_qr') = (amount IS NOT NULL))
);
CREATE INDEX counter_code_merchant ON counter_code (merchant, created);
