-- name: people
-- Each loan, its terms, and its owner as known on the day before it was granted.
SELECT
    loan.loan_id,
    loan.date::VARCHAR AS granted,
    loan.amount AS loan_amount,
    loan.duration AS loan_months,
    loan.payments AS loan_payment,
    loan.status,
    loan.has_raw,
    account.frequency,
    coalesce(card.cards, 0) AS cards
FROM loan
JOIN account USING (account_id)
LEFT JOIN (
    SELECT disp.account_id, loan.loan_id, count(card.card_id) AS cards
    FROM disp
    JOIN loan ON loan.account_id = disp.account_id
    JOIN card ON card.disp_id = disp.disp_id AND card.issued::DATE < loan.date
    GROUP BY ALL
) AS card USING (loan_id)
ORDER BY loan_id;

-- name: flows
-- What an account did strictly before its loan, where all of its transactions are at hand. Amounts in CZK.
WITH moved AS (
    SELECT
        loan.loan_id,
        (loan.date - trans.date)::INTEGER AS ago,
        CASE WHEN trans.type = 'PRIJEM' THEN trans.amount ELSE -trans.amount END AS flow,
        trans.balance,
        trans.operation,
        coalesce(trans.k_symbol, '') AS symbol,
        trans.trans_id
    FROM loan
    JOIN trans USING (account_id)
    WHERE loan.has_raw AND trans.date < loan.date
)
SELECT
    loan_id,
    max(ago) / 30.44 AS months_seen,
    sum(flow) FILTER (WHERE flow > 0 AND symbol <> 'UROK') / (max(ago) / 30.44 + 1) AS income_a_month,
    -sum(flow) FILTER (WHERE flow < 0) / (max(ago) / 30.44 + 1) AS outgo_a_month,
    -sum(flow) FILTER (WHERE flow < 0) / sum(flow) FILTER (WHERE flow > 0) AS outgo_to_income,
    min(balance) AS balance_lowest,
    min(balance) FILTER (WHERE ago <= 90) AS balance_lowest_90,
    min(balance) FILTER (WHERE ago <= 180) AS balance_lowest_180,
    quantile_cont(balance, 0.1) AS balance_tenth,
    median(balance) AS balance_median,
    avg(balance) FILTER (WHERE ago <= 90) AS balance_mean_90,
    avg(balance) FILTER (WHERE ago <= 90) - avg(balance) FILTER (WHERE ago > 90) AS balance_rise,
    arg_min(balance, ago::BIGINT * 10000000 - trans_id) AS balance_last_day,
    count(*) FILTER (WHERE balance < 1000) AS times_below_1000,
    count(*) FILTER (WHERE balance < 0) AS times_below_0,
    count(*) FILTER (WHERE symbol = 'SANKC. UROK') AS penalties,
    count(*) FILTER (WHERE symbol = 'UROK') AS interest_times,
    sum(flow) FILTER (WHERE symbol = 'UROK') / (max(ago) / 30.44 + 1) AS interest_a_month,
    -coalesce(sum(flow) FILTER (WHERE symbol = 'SIPO'), 0) / (max(ago) / 30.44 + 1) AS household_a_month,
    coalesce(sum(flow) FILTER (WHERE symbol = 'DUCHOD'), 0) / (max(ago) / 30.44 + 1) AS pension_a_month,
    -coalesce(sum(flow) FILTER (WHERE symbol = 'POJISTNE'), 0) / (max(ago) / 30.44 + 1) AS insurance_a_month,
    coalesce(sum(flow) FILTER (WHERE operation = 'VKLAD'), 0) / (max(ago) / 30.44 + 1) AS cash_in_a_month,
    coalesce(sum(flow) FILTER (WHERE operation = 'PREVOD Z UCTU'), 0) / (max(ago) / 30.44 + 1) AS bank_in_a_month,
    -coalesce(sum(flow) FILTER (WHERE operation = 'VYBER'), 0) / (max(ago) / 30.44 + 1) AS cash_out_a_month,
    sum(flow) FILTER (WHERE ago <= 90) AS net_90,
    sum(flow) FILTER (WHERE ago <= 30) AS net_30,
    max(flow) AS largest_in,
    -min(flow) AS largest_out,
    min(ago) FILTER (WHERE flow > 0 AND symbol <> 'UROK') AS days_since_income,
    stddev_pop(flow) AS flow_spread
FROM moved
GROUP BY loan_id;
