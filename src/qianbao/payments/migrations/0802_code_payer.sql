-- What a charge must know of its payer goes with the code, so that it looks up nothing else. Codes live a
-- minute: those of before are dropped, and the wallets show new ones.
DELETE FROM payer_code;
ALTER TABLE payer_code
    ADD COLUMN person      uuid   NOT NULL,
    ADD COLUMN brand       text   NOT NULL,
    ADD COLUMN pinless_max bigint NOT NULL;
COMMENT ON COLUMN payer_code.pinless_max IS 'The largest single payment without a PIN, minor units, when it was shown.';
