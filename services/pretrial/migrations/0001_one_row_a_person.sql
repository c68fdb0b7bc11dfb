-- One row a person: the words of court, prosecutor, counsel and program on each case of theirs. No name, no number.

CREATE TABLE roads (
    person text PRIMARY KEY,
    state text NOT NULL
);
