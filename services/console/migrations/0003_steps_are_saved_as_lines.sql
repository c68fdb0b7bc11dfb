-- A batch of steps is saved as one array of lines: much cheaper to send than an array a column.

CREATE TYPE line AS (
    happened_at timestamptz,
    event text,
    service text,
    id text,
    subject text,
    cause text,
    correlation text,
    agency text,
    referral_id text,
    offer_id text,
    says text,
    details text
);

-- Nobody looks a step up by its offer or by its service. When each agency was last heard is asked all the time.
DROP INDEX steps_of_an_offer;
DROP INDEX steps_said_by;
CREATE INDEX steps_heard ON steps (agency, happened_at)
    WHERE agency IS NOT NULL AND (service LIKE '/agencies/%' OR service = '/hub/intake');
