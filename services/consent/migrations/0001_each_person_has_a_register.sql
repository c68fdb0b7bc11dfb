-- One row a person: what was signed before whom, what was taken back, and who has to do with the person. No name.

CREATE TABLE registers (
    person text PRIMARY KEY,
    state text NOT NULL
);
