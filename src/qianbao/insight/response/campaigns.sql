-- DuckDB, over the set's files as views; `asked` has the first campaign start that is read (since), the last
-- (until), and the last day whose redemptions are known (seen). Everything is strictly before a campaign's start.

-- name: campaign_given
-- Who received which campaign.
CREATE TABLE given AS
SELECT c.campaign_id AS campaign, c.household_id AS household, d.campaign_type AS kind,
       d.start_date::DATE AS start, d.end_date::DATE AS ends
FROM   campaigns AS c
JOIN   campaign_descriptions AS d USING (campaign_id);

-- name: campaign_used
-- Coupons that were used, by day.
CREATE TABLE used AS
SELECT r.household_id AS household, r.campaign_id AS campaign, r.redemption_date::DATE AS day
FROM   coupon_redemptions AS r
CROSS  JOIN asked
WHERE  r.redemption_date::DATE <= asked.seen;

-- name: campaign_bought
-- What was bought, a line a product and basket.
CREATE TABLE bought AS
SELECT t.household_id AS household, t.basket_id AS basket, t.product_id AS product,
       t.transaction_timestamp::DATE AS day, t.sales_value AS spent, t.retail_disc AS retail,
       t.coupon_disc AS coupon, t.coupon_match_disc AS matched, coalesce(p.brand = 'Private', false) AS private,
       p.product_type AS type
FROM   transactions AS t
LEFT   JOIN products AS p USING (product_id);

-- name: campaign_basket
-- One row a basket and day.
CREATE TABLE basket AS
SELECT   household, day, basket, sum(spent) AS spent, count(*) AS lines, sum(retail) AS retail,
         sum(coupon) AS coupon, sum(matched) AS matched, count(*) FILTER (WHERE coupon > 0) AS coupons,
         coalesce(sum(spent) FILTER (WHERE private), 0) AS private
FROM     bought
GROUP BY household, day, basket;

-- name: campaign_asked
-- The pairs that are read.
CREATE TABLE pair AS
SELECT g.campaign, g.household, g.kind, g.start, g.ends
FROM   given AS g
CROSS  JOIN asked
WHERE  g.start BETWEEN asked.since AND asked.until;

-- name: campaign_baskets
-- Baskets: how much, how often, how lately.
CREATE TABLE of_baskets AS
SELECT   g.campaign, g.household, count(b.basket) AS baskets, coalesce(sum(b.spent), 0) AS spend,
         coalesce(sum(b.lines), 0) AS lines,
         count(b.basket) FILTER (WHERE b.day >= g.start - 28) AS baskets_28,
         coalesce(sum(b.spent) FILTER (WHERE b.day >= g.start - 28), 0) AS spend_28,
         coalesce(sum(b.spent) FILTER (WHERE b.day >= g.start - 84), 0) AS spend_84,
         coalesce(sum(b.private), 0) AS private,
         coalesce(g.start - max(b.day), 400) AS recency, coalesce(g.start - min(b.day), 0) AS age,
         coalesce(sum(b.retail), 0) AS retail,
         coalesce(sum(b.retail) FILTER (WHERE b.day >= g.start - 28), 0) AS retail_28,
         coalesce(sum(b.coupon), 0) AS coupon,
         coalesce(sum(b.coupon) FILTER (WHERE b.day >= g.start - 28), 0) AS coupon_28,
         coalesce(sum(b.coupon) FILTER (WHERE b.day >= g.start - 84), 0) AS coupon_84,
         coalesce(sum(b.matched), 0) AS matched, coalesce(sum(b.coupons), 0) AS coupons,
         coalesce(sum(b.coupons) FILTER (WHERE b.day >= g.start - 84), 0) AS coupons_84,
         count(*) FILTER (WHERE b.coupons > 0) AS coupon_baskets,
         coalesce(g.start - max(b.day) FILTER (WHERE b.coupons > 0), 400) AS coupon_recency
FROM     pair AS g
LEFT     JOIN basket AS b ON b.household = g.household AND b.day < g.start
GROUP BY g.campaign, g.household, g.start;

-- name: campaign_earlier
-- Campaigns received before, and coupons of them used before.
CREATE TABLE of_earlier AS
SELECT   g.campaign, g.household, count(DISTINCT o.campaign) AS earlier,
         count(DISTINCT o.campaign) FILTER (WHERE o.ends < g.start) AS finished,
         count(DISTINCT o.campaign) FILTER (WHERE o.ends >= g.start) AS running,
         count(DISTINCT o.campaign) FILTER (WHERE o.kind = g.kind) AS earlier_kind,
         count(u.day) AS redemptions, count(DISTINCT u.campaign) AS redeemed,
         count(u.day) FILTER (WHERE u.day >= g.start - 90) AS redemptions_90,
         count(u.day) FILTER (WHERE o.kind = g.kind) AS redemptions_kind,
         count(DISTINCT u.day) AS redemption_days, coalesce(g.start - max(u.day), 400) AS redemption_recency
FROM     pair AS g
LEFT     JOIN given AS o ON o.household = g.household AND o.start < g.start
LEFT     JOIN used AS u ON u.household = g.household AND u.campaign = o.campaign AND u.day < g.start
GROUP BY g.campaign, g.household, g.start;

-- name: campaign_own
-- What the household has bought of the very products on offer.
CREATE TABLE of_own AS
WITH offered AS (
    SELECT campaign_id AS campaign, product_id AS product, count(DISTINCT coupon_upc) AS offers
    FROM   coupons
    GROUP BY ALL
)
SELECT   g.campaign, g.household, sum(b.spent) AS own_spend, count(*) AS own_lines,
         count(DISTINCT b.product) AS own_products, count(DISTINCT b.basket) AS own_baskets,
         count(*) FILTER (WHERE b.day >= g.start - 84) AS own_lines_84,
         count(DISTINCT b.basket) FILTER (WHERE b.day >= g.start - 84) AS own_baskets_84,
         count(*) FILTER (WHERE b.coupon > 0) AS own_couponed, g.start - max(b.day) AS own_recency
FROM     pair AS g
JOIN     bought AS b ON b.household = g.household AND b.day < g.start
JOIN     offered AS o ON o.campaign = g.campaign AND o.product = b.product
GROUP BY g.campaign, g.household, g.start;

-- name: campaign_offers
-- On how many of the campaign's coupons stands something that the household has bought.
CREATE TABLE of_offers AS
WITH known AS (
    SELECT   household, product, min(day) AS day
    FROM     bought
    GROUP BY household, product
)
SELECT   g.campaign, g.household, count(DISTINCT c.coupon_upc) AS own_offers
FROM     pair AS g
JOIN     known AS k ON k.household = g.household AND k.day < g.start
JOIN     coupons AS c ON c.campaign_id = g.campaign AND c.product_id = k.product
GROUP BY g.campaign, g.household;

-- name: campaign_types
-- What the household has bought of the types of products on offer.
CREATE TABLE of_types AS
WITH offered AS (
    SELECT DISTINCT c.campaign_id AS campaign, p.product_type AS type
    FROM   coupons AS c
    JOIN   products AS p USING (product_id)
    WHERE  p.product_type IS NOT NULL
)
SELECT   g.campaign, g.household, sum(b.spent) AS type_spend, count(*) AS type_lines,
         count(*) FILTER (WHERE b.day >= g.start - 84) AS type_lines_84,
         count(*) FILTER (WHERE b.coupon > 0) AS type_couponed
FROM     pair AS g
JOIN     bought AS b ON b.household = g.household AND b.day < g.start
JOIN     offered AS o ON o.campaign = g.campaign AND o.type = b.type
GROUP BY g.campaign, g.household;

-- name: campaign_pairs
-- Everything, a row a pair. `first`: the first day of this campaign on which the household used a coupon of it.
SELECT   g.campaign, g.household, g.kind, g.start - DATE '1970-01-01' AS start,
         g.ends - DATE '1970-01-01' AS ends,
         (SELECT min(u.day) FROM used AS u WHERE u.campaign = g.campaign AND u.household = g.household)
         - DATE '1970-01-01' AS first,
         b.baskets, b.spend, b.lines, b.baskets_28, b.spend_28, b.spend_84, b.private, b.recency, b.age, b.retail,
         b.retail_28, b.coupon, b.coupon_28, b.coupon_84, b.matched, b.coupons, b.coupons_84, b.coupon_baskets,
         b.coupon_recency, e.earlier, e.finished, e.running, e.earlier_kind, e.redemptions, e.redeemed,
         e.redemptions_90, e.redemptions_kind, e.redemption_days, e.redemption_recency, o.own_spend, o.own_lines,
         o.own_products, o.own_baskets, o.own_lines_84, o.own_baskets_84, o.own_couponed, o.own_recency,
         f.own_offers, t.type_spend, t.type_lines, t.type_lines_84, t.type_couponed,
         (SELECT count(DISTINCT c.coupon_upc) FROM coupons AS c WHERE c.campaign_id = g.campaign) AS offers,
         d.age AS age_band, d.income, d.home_ownership, d.marital_status, d.household_size, d.household_comp,
         d.kids_count
FROM     pair AS g
JOIN     of_baskets AS b USING (campaign, household)
JOIN     of_earlier AS e USING (campaign, household)
LEFT     JOIN of_own AS o USING (campaign, household)
LEFT     JOIN of_offers AS f USING (campaign, household)
LEFT     JOIN of_types AS t USING (campaign, household)
LEFT     JOIN demographics AS d ON d.household_id = g.household
ORDER BY g.start, g.campaign, g.household;
