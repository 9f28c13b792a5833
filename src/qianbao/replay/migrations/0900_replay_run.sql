-- Replays: one row per source and file, with the durable position. All items before `position` are settled:
-- paid, repeated, refused or rejected. What a killed run did behind it is met again by its commands' claims.
CREATE TABLE replay_run (
    id            uuid PRIMARY KEY,
    source        text NOT NULL,
    file          text NOT NULL,
    adapter       text NOT NULL,
    state         text NOT NULL CHECK (state IN ('running', 'done')),
    chunk         integer NOT NULL CHECK (chunk > 0),  -- items topped up for at once: a resumed run keeps it
    position      bigint NOT NULL DEFAULT 0,
    paid          bigint NOT NULL DEFAULT 0,
    repeated      bigint NOT NULL DEFAULT 0,
    refused       bigint NOT NULL DEFAULT 0,
    rejected      bigint NOT NULL DEFAULT 0,
    amount        bigint NOT NULL DEFAULT 0,           -- minor units paid
    total         bigint,                              -- items of the file, where that is known
    rejects_size  bigint NOT NULL DEFAULT 0,           -- bytes of the rejects file up to `position`
    started_at    bigint NOT NULL,                     -- nanoseconds
    updated_at    bigint NOT NULL,
    CONSTRAINT replay_run_nothing_lost CHECK (position = paid + repeated + refused + rejected)
);
