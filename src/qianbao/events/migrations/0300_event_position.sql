-- How far each reader of the outbox has come: everything up to and with (xid, ordinal) is dealt with.
CREATE TABLE event_position (
    name    text     PRIMARY KEY,
    xid     xid8     NOT NULL,
    ordinal smallint NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE event_position IS 'A reader of the outbox and the last event it has dealt with.';

INSERT INTO event_position (name, xid, ordinal)
VALUES ('dispatcher', '0', 0);
