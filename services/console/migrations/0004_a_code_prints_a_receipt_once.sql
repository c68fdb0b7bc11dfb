-- One-time codes, only as keyed hashes. A used or expired one stays: who asked for it, and when it was used.

CREATE TABLE receipt_codes (
    hash text PRIMARY KEY,
    person text NOT NULL,
    issued_by text NOT NULL,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

-- Wrong codes, by the keyed hash of who typed them. Old ones go when a new one comes.
CREATE TABLE receipt_tries (
    tried_at timestamptz NOT NULL,
    caller text NOT NULL
);
CREATE INDEX receipt_tries_by_time ON receipt_tries (tried_at);
