-- One row is a command's claim, its receipt and its event. A row is written once, when the command is
-- claimed; only a refusal is noted on it later in the same transaction. Nothing is ever changed after that.
CREATE TABLE command (
    id      uuid     PRIMARY KEY,
    digest  bigint   NOT NULL,
    ts      bigint   NOT NULL,
    xid     xid8     NOT NULL DEFAULT pg_current_xact_id(),
    caller  uuid     NOT NULL,
    subject uuid     NOT NULL,
    ordinal smallint NOT NULL,
    outcome smallint NOT NULL DEFAULT 0,
    leg     smallint,
    type    text     NOT NULL,
    data    text     NOT NULL,
    result  text
);
COMMENT ON TABLE  command IS 'Claims, receipts and events in one. A row is an event where outcome = 0.';
COMMENT ON COLUMN command.digest  IS 'Of the command''s content: the same id with other content is an error.';
COMMENT ON COLUMN command.ts      IS 'Nanoseconds since 1970: the moment its batch was committed.';
COMMENT ON COLUMN command.xid     IS 'The transaction: events are read below the oldest one still running, by (xid, ordinal).';
COMMENT ON COLUMN command.ordinal IS 'The place within the batch: the order in which plans of one transaction took effect.';
COMMENT ON COLUMN command.outcome IS '0: done. 100 + status: refused by the ledger. From 1000: refused by a step.';
COMMENT ON COLUMN command.leg     IS 'Which of the plan''s transfers the ledger refused, from 1.';
COMMENT ON COLUMN command.data    IS 'The event''s data, JSON.';
COMMENT ON COLUMN command.result  IS 'The first answer, JSON, given again to every repeat; NULL: an empty one.';

-- The dispatcher's way in: rows of one transaction share the key, so the index stays small (deduplicated)
-- and grows at its right edge only. ORDER BY xid, ordinal is an incremental sort over it.
CREATE INDEX command_xid ON command (xid);
