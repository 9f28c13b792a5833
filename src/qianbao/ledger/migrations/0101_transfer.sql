-- Transfers are written once and never changed. What is zero in the published model and rare is NULL here.
CREATE TABLE transfer (
    id             uuid   NOT NULL,
    debit_account  uuid   NOT NULL,
    credit_account uuid   NOT NULL,
    amount         bigint NOT NULL,
    ts             bigint NOT NULL,
    ledger         bigint NOT NULL,
    code           int    NOT NULL,
    flags          int    NOT NULL,
    pending_id     uuid,
    user_data_128  uuid,
    user_data_64   bigint,
    user_data_32   bigint,
    timeout        bigint,
    CONSTRAINT transfer_pkey PRIMARY KEY (id)
);
CREATE UNIQUE INDEX transfer_ts ON transfer (ts);

-- What became of the pending transfers: 1 pending, 2 posted, 3 voided, 4 expired.
CREATE TABLE transfer_pending (
    id             uuid     PRIMARY KEY,
    debit_account  uuid     NOT NULL,
    credit_account uuid     NOT NULL,
    amount         bigint   NOT NULL,
    ts             bigint   NOT NULL,
    flags          int      NOT NULL,
    expires_at     bigint,
    status         smallint NOT NULL,
    resolved_at    bigint
);
CREATE INDEX transfer_pending_debit ON transfer_pending (debit_account) WHERE status = 1;
CREATE INDEX transfer_pending_credit ON transfer_pending (credit_account) WHERE status = 1;
CREATE INDEX transfer_pending_expiry ON transfer_pending (expires_at) WHERE status = 1 AND expires_at IS NOT NULL;

-- Ids whose transfer failed for a passing reason: they fail for ever, so that a late retry cannot succeed.
CREATE TABLE transfer_failed (
    id uuid PRIMARY KEY
);

-- Where to find the transfers of an account or a reference, filled behind the commit by ledger_index.
-- kind: 0 debit account, 1 credit account, 2 user_data_128, 3 user_data_64, 4 user_data_32.
CREATE TABLE transfer_entry (
    key  uuid     NOT NULL,
    ts   bigint   NOT NULL,
    kind smallint NOT NULL,
    CONSTRAINT transfer_entry_pkey PRIMARY KEY (key, ts, kind)
);

-- How far the entries reach: every transfer up to `up_to` has them. The candidate is a moment of the
-- clock that becomes safe once every transaction before `candidate_xid` has ended.
CREATE TABLE transfer_entry_state (
    one           boolean PRIMARY KEY DEFAULT true CHECK (one),
    up_to         bigint  NOT NULL,
    candidate     bigint  NOT NULL,
    candidate_xid xid8    NOT NULL
);
INSERT INTO transfer_entry_state (up_to, candidate, candidate_xid) VALUES (0, 0, '0');
