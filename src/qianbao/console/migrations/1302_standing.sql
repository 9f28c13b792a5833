-- How the books stand. The zero-sum is looked at every half a minute, everything every hour or when somebody asks.
CREATE TABLE books_check (
    id       uuid   PRIMARY KEY,
    kind     text   NOT NULL CHECK (kind IN ('zero_sum', 'whole')),
    state    text   NOT NULL CHECK (state IN ('asked', 'running', 'done', 'failed')),
    asked_at bigint NOT NULL,
    asked_by text   NOT NULL,
    done_at  bigint,
    took_ms  bigint,
    sound    boolean,
    told     text   NOT NULL DEFAULT '{}'
);
COMMENT ON COLUMN books_check.asked_by IS 'A login, or the worker.';
COMMENT ON COLUMN books_check.told IS 'JSON: the currencies, the accounts and what is off; or why it failed.';
CREATE INDEX books_check_asked ON books_check (asked_at);

CREATE TABLE backup (
    id       uuid   PRIMARY KEY,
    state    text   NOT NULL CHECK (state IN ('asked', 'running', 'done', 'failed')),
    asked_at bigint NOT NULL,
    asked_by text   NOT NULL,
    done_at  bigint,
    file     text   NOT NULL,
    size     bigint,
    books    text,
    failure  text
);
COMMENT ON COLUMN backup.books IS 'The books'' hash just before it began: the same after a restore if nothing was paid meanwhile.';
CREATE INDEX backup_asked ON backup (asked_at);

-- What the console seeks by. BRIN: next to nothing for a payment to keep, and enough for rows that come by time.
CREATE INDEX command_ts ON command USING brin (ts) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX trade_created ON trade USING brin (created) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX person_phone_tail ON person ((right(phone, 4))) WHERE phone IS NOT NULL;
