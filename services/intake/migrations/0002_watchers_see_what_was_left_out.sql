-- `hub status` counts the fields that no contract knows, by who sends them: numbers and names of events, never a value.
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'hub_status') THEN
        GRANT SELECT ON unknown_fields TO hub_status;
    END IF;
END $$;
