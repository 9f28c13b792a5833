-- From which addresses an account was signed in to lately: guesses from elsewhere do not lock it out there.
CREATE TABLE sign_in_from (
    account  bytea NOT NULL,                   -- BLAKE2 of its name: no login or address stands here
    address  bytea NOT NULL,
    at       bigint NOT NULL,                  -- nanoseconds
    PRIMARY KEY (account, address)
) WITH (fillfactor = 80);
CREATE INDEX sign_in_from_at ON sign_in_from (at);
