-- What comes again in a person's own payments, and what is unlike them. Read through consent, as records are.
CREATE TABLE insight_recurring (
    person uuid   PRIMARY KEY,
    told   text   NOT NULL,
    made   bigint NOT NULL
);
COMMENT ON COLUMN insight_recurring.told IS 'JSON, as qianbao.insight.recurring.models.Found has it.';
COMMENT ON COLUMN insight_recurring.made IS 'By which batch: nanoseconds since 1970.';
