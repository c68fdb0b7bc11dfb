-- What a record brought can be taken away with it: which records brought a mark, and which records a person has beside the
-- newest. Of a mark that was noted before, the person's newest record counts as its only one.
ALTER TABLE marks ADD COLUMN records text NOT NULL DEFAULT '';
UPDATE marks SET records = people.record FROM people WHERE people.person = marks.person;
CREATE INDEX marks_of_a_person ON marks (person);

ALTER TABLE people ADD COLUMN earlier text NOT NULL DEFAULT '';
UPDATE people SET earlier = others.records FROM (
    SELECT referral.value ->> 'person' AS person, string_agg(referral.key, ' ') AS records
    FROM cases, jsonb_each(cases.state::jsonb -> 'referrals') AS referral
    JOIN people AS known ON known.person = referral.value ->> 'person' AND known.record <> referral.key
    GROUP BY 1
) AS others WHERE others.person = people.person;

-- What was erased, on which ground and by whom. Ids and words of the site alone.
CREATE TABLE erasures (
    referral_id text PRIMARY KEY,
    erased_at timestamptz NOT NULL,
    ground text NOT NULL,
    erased_by text NOT NULL
);

-- Notification checks the signature of an operator who is to be shown somebody, by the operators' public keys alone.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_notification') THEN
        GRANT USAGE ON SCHEMA intake TO hub_notification;
        GRANT SELECT (operator, public_key, revoked_at) ON operators TO hub_notification;
    END IF;
END $$;
