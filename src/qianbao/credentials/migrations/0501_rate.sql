-- How often something was done lately: one row a key, this window's count and the one's before.
CREATE TABLE rate (
    key           bytea PRIMARY KEY,           -- BLAKE2 of the name: no address or login stands here
    window_start  bigint NOT NULL,             -- nanoseconds
    period        bigint NOT NULL,             -- nanoseconds
    used          bigint NOT NULL,
    before        bigint NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX rate_window_start ON rate (window_start);
