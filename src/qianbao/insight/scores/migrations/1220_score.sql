-- What the models say of each person, laid anew with each batch. Read through consent, as records are.
CREATE TABLE insight_score (
    person       uuid     PRIMARY KEY,
    month        date     NOT NULL,
    recency_days integer  NOT NULL,
    visits       integer  NOT NULL,
    spent        bigint   NOT NULL,
    recency      smallint,
    frequency    smallint,
    monetary     smallint,
    segment      text,
    alive        double precision,
    expected     double precision,
    low          bigint,
    point        bigint,
    high         bigint,
    made         bigint   NOT NULL,
    CONSTRAINT insight_score_interval CHECK (low <= point AND point <= high)
);
COMMENT ON COLUMN insight_score.month        IS 'The month that low, point and high (minor units) are of.';
COMMENT ON COLUMN insight_score.recency_days IS 'Days since the last purchase.';
COMMENT ON COLUMN insight_score.visits       IS 'Purchases in the 365 days before.';
COMMENT ON COLUMN insight_score.recency      IS 'Marks of 1 to 5 among all; NULL: too few people to compare with.';
COMMENT ON COLUMN insight_score.alive        IS 'BG/NBD: the chance of still being a customer.';
COMMENT ON COLUMN insight_score.expected     IS 'BG/NBD: days with a purchase to come in the month.';
COMMENT ON COLUMN insight_score.low          IS 'NULL: too little was known to fit the model.';

-- Figures of groups, as released: nothing below the least group size is in here.
CREATE TABLE insight_group (
    kind    text    NOT NULL,
    key     text    NOT NULL,
    people  integer NOT NULL,
    records bigint  NOT NULL,
    spent   bigint  NOT NULL,
    CONSTRAINT insight_group_pkey PRIMARY KEY (kind, key)
);

-- The last batch, with the cards of its models.
CREATE TABLE insight_batch (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    made      bigint  NOT NULL,
    month     date    NOT NULL,
    people    integer NOT NULL,
    records   bigint  NOT NULL,
    withheld  integer NOT NULL,
    cards     text    NOT NULL
);
COMMENT ON COLUMN insight_batch.month    IS 'The month that the figures of groups are of: the last that is over.';
COMMENT ON COLUMN insight_batch.withheld IS 'Groups that were too small to be released.';
COMMENT ON COLUMN insight_batch.cards    IS 'Model cards, JSON.';
