-- One file a person (or an agency, where a fact is about no person), and one step a fact.

CREATE TABLE files (
    subject text PRIMARY KEY,
    state text NOT NULL,
    open_reviews integer NOT NULL,
    proposed_links integer NOT NULL,
    waiting integer NOT NULL
);

CREATE INDEX files_with_open_reviews ON files (subject) WHERE open_reviews > 0;
CREATE INDEX files_with_proposed_links ON files (subject) WHERE proposed_links > 0;
CREATE INDEX files_waiting ON files (subject) WHERE waiting > 0;

CREATE TABLE steps (
    step_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    happened_at timestamptz NOT NULL,
    event text NOT NULL,
    service text NOT NULL,
    id text NOT NULL,
    subject text NOT NULL,
    cause text,
    correlation text,
    agency text,
    referral_id text,
    offer_id text,
    says text NOT NULL,
    details text NOT NULL,
    UNIQUE (service, id)
);

CREATE INDEX steps_of_a_subject ON steps (subject, step_id);
CREATE INDEX steps_of_a_referral ON steps (referral_id, step_id) WHERE referral_id IS NOT NULL;
CREATE INDEX steps_of_an_offer ON steps (offer_id, step_id) WHERE offer_id IS NOT NULL;
CREATE INDEX steps_by_cause ON steps (cause) WHERE cause IS NOT NULL;
CREATE INDEX steps_said_by ON steps (service, happened_at);
