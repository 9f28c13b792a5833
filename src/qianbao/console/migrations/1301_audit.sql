-- What the people of the house did, before it was done and what became of it. Rows are only added; each one's
-- hash covers its own content and the hash before it, so a row that was changed or taken away shows.
CREATE TABLE audit (
    seq     bigint PRIMARY KEY,
    at      bigint NOT NULL,
    kind    text   NOT NULL CHECK (kind IN ('asked', 'done')),
    about   bigint,
    actor   uuid,
    role    text   NOT NULL,
    name    text   NOT NULL,
    action  text   NOT NULL,
    target  text   NOT NULL,
    reason  text,
    request text   NOT NULL,
    address text   NOT NULL,
    said    text   NOT NULL,
    status  int,
    hash    bytea  NOT NULL,
    CONSTRAINT audit_done_of_something CHECK ((kind = 'done') = (about IS NOT NULL))
);
COMMENT ON TABLE  audit IS 'Who did what, when, why and from where. Written before the deed: what cannot be written is not done.';
COMMENT ON COLUMN audit.about  IS 'done: the row that asked. An `asked` without a `done`: nobody knows what became of it.';
COMMENT ON COLUMN audit.actor  IS 'NULL: somebody at the machine itself.';
COMMENT ON COLUMN audit.action IS 'The route''s template with its method, or the command.';
COMMENT ON COLUMN audit.said   IS 'JSON: what was asked for, without secrets; of a done row what was before and after.';
COMMENT ON COLUMN audit.hash   IS 'SHA-256 over the hash before and this row (audit_hash).';
CREATE INDEX audit_about ON audit (about) WHERE about IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor, seq) WHERE kind = 'asked';
CREATE INDEX audit_target ON audit (target, seq) WHERE kind = 'asked';

-- The end of the chain: the next row is written behind it, one at a time.
CREATE TABLE audit_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    seq      bigint  NOT NULL,
    hash     bytea   NOT NULL
);
INSERT INTO audit_head (seq, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

CREATE FUNCTION audit_kept() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_only_added_to
BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_kept();
