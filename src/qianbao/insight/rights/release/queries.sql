-- name: release_cities
-- Where there are stores: a list that no person is in.
SELECT   DISTINCT city
FROM     store
WHERE    city <> ''
ORDER BY city;

-- name: release_since
-- Since when this network stands: when its first table was laid. No person is in it.
SELECT (extract(epoch FROM min(at)) * 1000000000)::bigint AS at
FROM   migration;

-- name: release_charge
-- Charge a year's budget; no row: it does not last.
INSERT INTO insight_release_year AS spent (year, rho)
SELECT $1::integer, $2::double precision
WHERE  $2 <= $3::double precision
ON     CONFLICT (year) DO UPDATE
SET    rho = spent.rho + excluded.rho
WHERE  spent.rho + excluded.rho <= $3
RETURNING rho;

-- name: release_keep
INSERT INTO insight_release (day, made, rho, people_sd, spent_sd, people_min, withheld)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON     CONFLICT (day) DO NOTHING
RETURNING day;

-- name: release_cells
INSERT INTO insight_release_cell (day, city, category, people, spent)
SELECT day, city, category, people, spent
FROM   json_populate_recordset(NULL::insight_release_cell, $1::json);

-- name: release_of
-- Whether a day is released, and what its year has spent.
SELECT (SELECT true FROM insight_release WHERE day = $1) AS released,
       coalesce((SELECT rho FROM insight_release_year WHERE year = $2), 0) AS rho;

-- name: release_days
-- The releases of these days.
SELECT   day, made, rho, people_sd, spent_sd, people_min, withheld
FROM     insight_release
WHERE    day BETWEEN $1 AND $2
ORDER BY day;

-- name: release_read
-- A city's cells as released. Index: insight_release_cell_pkey.
SELECT   day, city, category, people, spent
FROM     insight_release_cell
WHERE    city = $1
AND      day BETWEEN $2 AND $3
AND      ($4::text IS NULL OR category = $4)
ORDER BY day, category;

-- name: release_where
-- Which cities have cells. Index: insight_release_cell_pkey.
SELECT   DISTINCT city
FROM     insight_release_cell
ORDER BY city;
