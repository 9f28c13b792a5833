-- Purchases by person and day, for as long as a hot feature looks back: moved in the transaction that writes the
-- record, so each payment and each refund counts once.
CREATE TABLE insight_hot (
    person    uuid    NOT NULL,
    day       date    NOT NULL,
    purchases integer NOT NULL,
    spent     bigint  NOT NULL,
    CONSTRAINT insight_hot_pkey PRIMARY KEY (person, day)
) WITH (fillfactor = 80);
COMMENT ON TABLE  insight_hot           IS 'CNY only. Minor units.';
COMMENT ON COLUMN insight_hot.purchases IS 'Those that were not wholly given back.';
COMMENT ON COLUMN insight_hot.spent     IS 'What they cost the person: refunds give the payer''s own money back first.';

-- What is there already.
INSERT INTO insight_hot (person, day, purchases, spent)
SELECT   person, day, count(*) FILTER (WHERE refunded < amount), sum(greatest(own - refunded, 0))
FROM     consumption
WHERE    currency = 'CNY'
AND      day > (now() AT TIME ZONE 'Asia/Shanghai')::date - 30
GROUP BY person, day
ORDER BY person, day;
