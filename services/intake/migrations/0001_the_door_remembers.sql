-- What the door remembers. Identity is nowhere in it: hashes are keyed, referrals hold sealed tokens.

-- One row a case: what a sender's own number names, with the referral as it now stands.
CREATE TABLE cases (
    key text PRIMARY KEY,
    state text NOT NULL
);

-- Each person's newest referral: the record under whose key later reports are sealed.
CREATE TABLE people (
    person text PRIMARY KEY,
    record text NOT NULL
);

-- By what people are recognised. `birth` is the keyed birth date that came with the mark.
CREATE TABLE marks (
    hash text NOT NULL,
    person text NOT NULL,
    birth text,
    place bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (hash, person)
);
CREATE INDEX marks_first_noted ON marks (hash, place);

-- How two people stand to each other, the lower reference first.
CREATE TABLE pairs (
    low text NOT NULL,
    high text NOT NULL,
    standing text NOT NULL,
    basis text NOT NULL,
    PRIMARY KEY (low, high),
    CHECK (low < high)
);
CREATE INDEX pairs_by_the_other ON pairs (high);

-- Agencies that are suspended now.
CREATE TABLE suspensions (
    agency text PRIMARY KEY,
    since timestamptz NOT NULL
);

-- Operators' public keys. A key that is taken back stays, so that what it signed can be checked.
CREATE TABLE operators (
    public_key text PRIMARY KEY,
    operator text NOT NULL,
    added_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
CREATE UNIQUE INDEX one_key_an_operator ON operators (operator) WHERE revoked_at IS NULL;

-- How many fields that no contract knows were kept out, by who sends them: a sign of a newer sender, or of a mistake.
CREATE TABLE unknown_fields (
    agency text NOT NULL,
    event text NOT NULL,
    fields bigint NOT NULL,
    last_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (agency, event)
);
