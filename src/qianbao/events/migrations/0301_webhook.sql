CREATE TABLE webhook (
    id                  uuid    PRIMARY KEY,
    party               uuid,
    url                 text    NOT NULL,
    types               text[]  NOT NULL,
    secret              bytea   NOT NULL,
    secret_before       bytea,
    secret_before_until bigint,
    state               text    NOT NULL,
    failing_since       bigint,
    announced           boolean NOT NULL DEFAULT true,
    made                bigint  NOT NULL
);
COMMENT ON COLUMN webhook.party               IS 'The merchant it belongs to; NULL: the operator''s, which is told everything.';
COMMENT ON COLUMN webhook.types               IS 'Event types asked for, `trade.*` is all of a thing; empty: all.';
COMMENT ON COLUMN webhook.secret_before       IS 'The secret before the last rotation; signs too until secret_before_until (ns).';
COMMENT ON COLUMN webhook.failing_since       IS 'Nanoseconds: the first failure since the last success.';
COMMENT ON COLUMN webhook.announced           IS 'Whether its being switched off has been told as an event.';
CREATE INDEX webhook_party ON webhook (party);

CREATE TABLE webhook_delivery (
    id       uuid     PRIMARY KEY,
    webhook  uuid     NOT NULL,
    event    uuid     NOT NULL,
    type     text     NOT NULL,
    subject  uuid     NOT NULL,
    xid      xid8     NOT NULL,
    ordinal  smallint NOT NULL,
    state    text     NOT NULL,
    due      bigint,
    tries    int      NOT NULL DEFAULT 0,
    tried    bigint,
    status   int,
    answer   text,
    made     bigint   NOT NULL
);
COMMENT ON COLUMN webhook_delivery.id     IS 'Derived from webhook and event: each event gives each webhook one delivery.';
COMMENT ON COLUMN webhook_delivery.due    IS 'Nanoseconds. NULL while an earlier event of the same subject waits for this webhook.';
COMMENT ON COLUMN webhook_delivery.status IS 'The last answer''s HTTP status; NULL: none came.';
COMMENT ON COLUMN webhook_delivery.answer IS 'The beginning of the last answer, or why there was none.';
-- What is due, webhook by webhook.
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook, due) WHERE state = 'waiting' AND due IS NOT NULL;
-- What waits behind an earlier event of its subject.
CREATE INDEX webhook_delivery_line ON webhook_delivery (webhook, subject, xid, ordinal) WHERE state = 'waiting';
-- The list that people see, newest first.
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook, xid, ordinal);
-- Old ones are cleared away.
CREATE INDEX webhook_delivery_made ON webhook_delivery USING brin (made);
