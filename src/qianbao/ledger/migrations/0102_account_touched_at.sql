-- The last nanosecond of the last batch that touched the account: a batch draws its time before it holds its
-- accounts' locks, and this tells whether another one with a later time came first.
ALTER TABLE account ADD COLUMN touched_at bigint NOT NULL DEFAULT 0;
