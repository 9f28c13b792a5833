-- Trades: one row a payment, changed a few times, read by its id. No foreign keys (they would lock parents in
-- another order). Changes touch no indexed column, so an update stays within its page (HOT): the room for it
-- is the fillfactor.
CREATE TABLE trade (
    id            uuid     PRIMARY KEY,
    merchant      uuid     NOT NULL,
    command       uuid     NOT NULL,
    payer         uuid,
    store         uuid,
    cashier       uuid,
    amount        bigint   NOT NULL CHECK (amount >= 0),
    created       bigint   NOT NULL,
    expires       bigint,
    paid          bigint,
    closed        bigint,
    fee           bigint   NOT NULL DEFAULT 0,
    refunded      bigint   NOT NULL DEFAULT 0,
    fee_returned  bigint   NOT NULL DEFAULT 0,
    version       integer  NOT NULL DEFAULT 1,
    rate_bp       integer  NOT NULL DEFAULT 0,
    refunds       smallint NOT NULL DEFAULT 0,
    state         text     NOT NULL,
    scene         text     NOT NULL,
    currency      text     NOT NULL,
    out_trade_no  text     NOT NULL,
    brand         text,
    mcc           text,
    city          text,
    till          text,
    subject       text,
    attach        text,
    subsidies     jsonb,
    CONSTRAINT trade_refunded_within CHECK (refunded BETWEEN 0 AND amount),
    CONSTRAINT trade_fee_returned_within CHECK (fee_returned BETWEEN 0 AND fee)
) WITH (fillfactor = 75);
COMMENT ON TABLE  trade IS 'Payments of merchants. Amounts in minor units, times in nanoseconds since 1970.';
COMMENT ON COLUMN trade.id IS 'Derived from merchant and out_trade_no: the primary key keeps that number unique.';
COMMENT ON COLUMN trade.command IS 'The command that created the row.';
COMMENT ON COLUMN trade.expires IS 'NULL: born paid or called off. Never changed, so that it can be indexed.';
COMMENT ON COLUMN trade.closed IS 'When it was closed, reversed or declined.';
COMMENT ON COLUMN trade.subsidies IS '[[account, amount], …]: who pays beside the payer; NULL: nobody.';

-- A merchant's list, newest first.
CREATE INDEX trade_merchant ON trade (merchant, created);
-- What may have run out. Rows leave it by no update: the sweep keeps a mark below which all is decided.
CREATE INDEX trade_expires ON trade (expires) WHERE expires IS NOT NULL;

-- The sweep's mark: every trade that ran out up to (mark, id) is decided.
CREATE TABLE trade_sweep (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    mark     bigint  NOT NULL,
    id       uuid    NOT NULL
);
INSERT INTO trade_sweep (mark, id) VALUES (0, '00000000-0000-0000-0000-000000000000');

-- Refunds: written once. The merchant's number is unique.
CREATE TABLE refund (
    id            uuid    PRIMARY KEY,
    trade         uuid    NOT NULL,
    merchant      uuid    NOT NULL,
    out_refund_no text    NOT NULL,
    amount        bigint  NOT NULL CHECK (amount > 0),
    fee_returned  bigint  NOT NULL,
    at            bigint  NOT NULL,
    reason        text
);
CREATE INDEX refund_trade ON refund (trade, at);
CREATE UNIQUE INDEX refund_number ON refund (merchant, out_refund_no);
