-- Orders that keep one person away from another, by keyed marks alone: no name, no birth date, no number of a court.
-- `former` are the marks of all who were ever said to be kept away by it.
CREATE TABLE orders (
    order_id text PRIMARY KEY,
    agency text NOT NULL,
    kind text NOT NULL,
    reported_at timestamptz NOT NULL,
    ended boolean NOT NULL,
    expires_at timestamptz,
    respondents text[] NOT NULL,
    protected text[] NOT NULL,
    former text[] NOT NULL
);
CREATE INDEX orders_by_respondent ON orders USING gin (respondents);
