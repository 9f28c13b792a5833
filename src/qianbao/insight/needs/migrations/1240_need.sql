-- In which kinds a person is likely to pay next, laid anew with each batch. Read through consent, as records are.
CREATE TABLE insight_need (
    person     uuid      PRIMARY KEY,
    chance     real[]    NOT NULL,
    effect     real[]    NOT NULL,
    purchases  integer[] NOT NULL,
    recency    integer[] NOT NULL,
    lately     integer   NOT NULL,
    propensity real[]    NOT NULL,
    used       boolean[] NOT NULL
);
COMMENT ON COLUMN insight_need.chance     IS 'By kind of spending, in the order of qianbao.insight.needs.models.KINDS; NaN: no model.';
COMMENT ON COLUMN insight_need.effect     IS 'By kind and group of signs: what it adds to ln odds beside the average person.';
COMMENT ON COLUMN insight_need.purchases  IS 'By kind, in 365 days.';
COMMENT ON COLUMN insight_need.recency    IS 'By kind: days since the last purchase; -1: none.';
COMMENT ON COLUMN insight_need.lately     IS 'Purchases of all kinds in 30 days.';
COMMENT ON COLUMN insight_need.propensity IS 'By product: of its first use; NaN: no model.';
COMMENT ON COLUMN insight_need.used       IS 'By product: whether it is in use.';

-- The last batch, with the card of its model.
CREATE TABLE insight_need_batch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    made     bigint  NOT NULL,
    day      date    NOT NULL,
    people   integer NOT NULL,
    fitted   integer NOT NULL,
    refused  text    NOT NULL,
    usual    real[]  NOT NULL,
    card     text
);
COMMENT ON COLUMN insight_need_batch.fitted  IS 'People whom it was learnt of; 0: of too few, as refused says.';
COMMENT ON COLUMN insight_need_batch.usual   IS 'The mean chance of all, kinds then products.';
COMMENT ON COLUMN insight_need_batch.card    IS 'The model''s card, JSON; NULL: no model.';
