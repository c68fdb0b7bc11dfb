-- One row a person: which arrests were diverted, until when each charge is held, what its office said. No name.

CREATE TABLE dockets (
    person text PRIMARY KEY,
    state text NOT NULL
);
