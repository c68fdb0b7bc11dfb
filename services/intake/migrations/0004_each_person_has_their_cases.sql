-- Which cases a person has, so that what they say of themselves reaches every referral of theirs.
CREATE TABLE cases_of (
    person text NOT NULL,
    key text NOT NULL,
    PRIMARY KEY (person, key)
);
INSERT INTO cases_of (person, key)
SELECT DISTINCT referral.value ->> 'person', cases.key
FROM cases, jsonb_each(cases.state::jsonb -> 'referrals') AS referral;
