-- Pseudonyms that are nobody's any more: their key rows are destroyed. The lake still has them, and nothing says
-- whose they were; for no purpose are they read.
CREATE TABLE insight_orphan (
    pseudonym uuid   PRIMARY KEY,
    at        bigint NOT NULL
);
COMMENT ON TABLE insight_orphan IS 'Times in nanoseconds since 1970.';
-- Nobody: who facts belong to that waited for the lake when their person was erased.
INSERT INTO insight_orphan (pseudonym, at)
VALUES ('00000000-0000-0000-0000-000000000000', 0);

-- A person's own word on the kind of a record is a fact as well: known when it was said.
ALTER TABLE consumption_fact DROP CONSTRAINT consumption_fact_kind_check;
ALTER TABLE consumption_fact ADD CONSTRAINT consumption_fact_kind_check
    CHECK (kind IN ('paid', 'refunded', 'reversed', 'corrected'));
ALTER TABLE consumption ADD COLUMN told_category text;
COMMENT ON COLUMN consumption.told_category IS 'The merchant''s, where the person has corrected it; else NULL.';
