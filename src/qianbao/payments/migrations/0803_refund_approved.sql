-- Who gave the money back, and which supervisor agreed. NULL: of before, or nobody had to.
ALTER TABLE refund
    ADD COLUMN cashier     uuid,
    ADD COLUMN approved_by uuid;
