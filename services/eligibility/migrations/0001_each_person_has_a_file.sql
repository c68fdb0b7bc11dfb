-- One row a person: the referrals as they now stand, what was found of them, and their reviews. No name, no address.

CREATE TABLE person_files (
    person text PRIMARY KEY,
    state text NOT NULL
);
