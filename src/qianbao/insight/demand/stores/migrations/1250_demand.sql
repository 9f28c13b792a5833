-- What each store may expect, laid anew with each batch: one read for a merchant's page. No person is in it.
CREATE TABLE insight_demand (
    store    uuid PRIMARY KEY,
    merchant uuid NOT NULL,
    told     text NOT NULL
);
CREATE INDEX insight_demand_of_merchant ON insight_demand (merchant);
COMMENT ON TABLE  insight_demand      IS 'Customers expected, counted by day and by hour, and the share that comes again.';
COMMENT ON COLUMN insight_demand.told IS 'JSON, as qianbao.insight.demand.stores.models.Demand has it.';

-- The last batch, with the card of its model.
CREATE TABLE insight_demand_batch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    made     bigint  NOT NULL,
    first    date    NOT NULL,
    card     text    NOT NULL
);
COMMENT ON COLUMN insight_demand_batch.first IS 'The first day that is forecast.';
