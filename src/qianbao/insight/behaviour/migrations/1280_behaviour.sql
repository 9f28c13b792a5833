-- Behaviour that is no payment, each row as it became known: a later version of a row amends it and does not
-- replace it, so that what was known on a day can be read. People are known by pseudonym. No foreign keys.

CREATE TABLE insight_order (
    id       text   NOT NULL,
    version  int    NOT NULL,
    person   uuid   NOT NULL,
    happened bigint NOT NULL,
    known    bigint NOT NULL,
    amount   bigint NOT NULL CHECK (amount >= 0),
    currency text   NOT NULL,
    shop     text   NOT NULL,
    category text   NOT NULL,
    items    int    NOT NULL,
    status   text   NOT NULL CHECK (status IN ('placed', 'paid', 'cancelled', 'returned')),
    CONSTRAINT insight_order_pkey PRIMARY KEY (id, version)
);
COMMENT ON TABLE insight_order IS 'Orders of shops elsewhere. Minor units; times in nanoseconds since 1970.';
CREATE INDEX insight_order_person ON insight_order (person, happened);

CREATE TABLE insight_event (
    id       text   NOT NULL,
    version  int    NOT NULL,
    person   uuid   NOT NULL,
    happened bigint NOT NULL,
    known    bigint NOT NULL,
    action   text   NOT NULL CHECK (action IN ('view', 'search', 'click', 'favourite', 'cart')),
    page     text   NOT NULL,
    query    text   NOT NULL,
    category text   NOT NULL,
    CONSTRAINT insight_event_pkey PRIMARY KEY (id, version)
);
COMMENT ON TABLE insight_event IS 'Pages seen and searches made. Times in nanoseconds since 1970.';
CREATE INDEX insight_event_person ON insight_event (person, happened);

-- An edge is two rows, one for each of the two, so that either takes theirs along and has it erased.
CREATE TABLE insight_edge (
    id       text   NOT NULL,
    version  int    NOT NULL,
    side     text   NOT NULL CHECK (side IN ('from', 'to')),
    person   uuid   NOT NULL,
    other    uuid   NOT NULL,
    happened bigint NOT NULL,
    known    bigint NOT NULL,
    until    bigint,
    relation text   NOT NULL CHECK (relation IN ('contact', 'follows', 'trusts')),
    weight   double precision NOT NULL,
    CONSTRAINT insight_edge_pkey PRIMARY KEY (id, version, side)
);
COMMENT ON TABLE  insight_edge IS 'Who knows, follows or trusts whom. Times in nanoseconds since 1970.';
COMMENT ON COLUMN insight_edge.other IS 'The pseudonym at the other end; a copy of one''s data leaves it out.';
CREATE INDEX insight_edge_person ON insight_edge (person, happened);
CREATE INDEX insight_edge_other ON insight_edge (other);

-- Rows that were not taken, with the reason: they can be mended and tried again.
CREATE TABLE insight_quarantine (
    id     uuid   PRIMARY KEY,
    kind   text   NOT NULL,
    reason text   NOT NULL,
    detail text   NOT NULL,
    names  text[] NOT NULL,
    data   text   NOT NULL,
    known  bigint NOT NULL
);
COMMENT ON COLUMN insight_quarantine.names IS 'As whom the row names people: by these an erasure finds it.';
CREATE INDEX insight_quarantine_names ON insight_quarantine USING gin (names);
CREATE INDEX insight_quarantine_known ON insight_quarantine (known, id);
