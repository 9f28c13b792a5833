-- Shifts of cashiers at tills. One open shift a cashier, and one a named till: the two indexes keep it so.
CREATE TABLE shift (
    id           uuid   PRIMARY KEY,
    merchant     uuid   NOT NULL,
    store        uuid   NOT NULL,
    till         text   NOT NULL,
    cashier      uuid   NOT NULL,
    opened       bigint NOT NULL,
    float_amount bigint NOT NULL CHECK (float_amount >= 0),
    closed       bigint,
    closed_by    uuid,
    counted      bigint,
    expected     bigint,
    CONSTRAINT shift_closed_whole CHECK (
        (closed IS NULL) = (counted IS NULL) AND (closed IS NULL) = (expected IS NULL)
        AND (closed IS NULL) = (closed_by IS NULL)
    )
);
COMMENT ON TABLE  shift IS 'Shifts at tills. Amounts in minor units, times in nanoseconds since 1970.';
COMMENT ON COLUMN shift.float_amount IS 'Change in the drawer at the beginning: no part of the takings.';
COMMENT ON COLUMN shift.expected IS 'The takings less refunds by the ledger, when it was closed.';

CREATE UNIQUE INDEX shift_cashier_open ON shift (cashier) WHERE closed IS NULL;
CREATE UNIQUE INDEX shift_till_open ON shift (store, till) WHERE closed IS NULL AND till <> '';
CREATE INDEX shift_merchant ON shift (merchant, opened);
