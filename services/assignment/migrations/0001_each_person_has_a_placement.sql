-- One row a person: their referrals, offers, relations and links. No name, no address.
CREATE TABLE placements (
    person        text   PRIMARY KEY,
    state         text   NOT NULL,
    enrolled_with text[] NOT NULL
);

-- One row an agency: what it reported of its places, how many are taken, when one that somebody had last came free.
-- Whoever takes or frees a place locks these rows, in sorted order.
CREATE TABLE rooms (
    agency    text    PRIMARY KEY,
    state     text    NOT NULL,
    taken     integer NOT NULL,
    opened_at timestamptz
);

-- The waiting list: one row for each agency that may still take a waiting referral. It follows from the placements.
CREATE TABLE waiting (
    agency        text        NOT NULL,
    priority      integer     NOT NULL,
    waiting_since timestamptz NOT NULL,
    referral_id   text        NOT NULL,
    person        text        NOT NULL,
    asked_at      timestamptz,
    PRIMARY KEY (agency, priority, waiting_since, referral_id)
);
CREATE INDEX waiting_of_a_person ON waiting (person);
