-- The release of a day: made once, and read by everybody who may; nothing else crosses stores.
CREATE TABLE insight_release (
    day        date             PRIMARY KEY,
    made       bigint           NOT NULL,
    rho        double precision NOT NULL,
    people_sd  double precision NOT NULL,
    spent_sd   double precision NOT NULL,
    people_min integer          NOT NULL,
    withheld   integer          NOT NULL
);
COMMENT ON TABLE  insight_release            IS 'Times in nanoseconds since 1970.';
COMMENT ON COLUMN insight_release.rho        IS 'What it may tell of one person: zero-concentrated differential privacy.';
COMMENT ON COLUMN insight_release.people_sd  IS 'Standard deviation of the noise on people; spent_sd: on spent, minor units.';
COMMENT ON COLUMN insight_release.people_min IS 'A cell with fewer people, the noise in it counted, is withheld.';

CREATE TABLE insight_release_cell (
    day      date    NOT NULL,
    city     text    NOT NULL,
    category text    NOT NULL,
    people   integer NOT NULL,
    spent    bigint  NOT NULL,
    CONSTRAINT insight_release_cell_pkey PRIMARY KEY (city, day, category)
);
COMMENT ON TABLE insight_release_cell IS 'As released, noise and all. CNY, minor units.';

-- What has been spent of a year's budget, which is one person's.
CREATE TABLE insight_release_year (
    year integer          PRIMARY KEY,
    rho  double precision NOT NULL
);
