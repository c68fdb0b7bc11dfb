-- The key of each referral's record, wrapped by the site's key. Left out of ordinary backups on purpose.
-- A destroyed key leaves its row, so that the record can never get another one.

CREATE TABLE record_keys (
    record_id text PRIMARY KEY,
    wrapped bytea,
    made_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz,
    CHECK ((wrapped IS NULL) = (destroyed_at IS NOT NULL))
);

-- Only intake seals, only notification opens; nobody else may look.
REVOKE ALL ON record_keys FROM PUBLIC;
GRANT USAGE ON SCHEMA keys TO hub_intake, hub_notification;
GRANT SELECT, INSERT ON record_keys TO hub_intake;
GRANT SELECT ON record_keys TO hub_notification;
