-- The ledger: entries in chains, each with the hash of the one before. Written once, never changed.

CREATE TABLE entries (
    chain smallint NOT NULL,
    sequence bigint NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    event_id text NOT NULL UNIQUE,
    subject text,
    agency text NOT NULL,
    message_id text,
    entry text NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (chain, sequence)
);
CREATE INDEX entries_of_a_subject ON entries (subject, chain, sequence) WHERE subject IS NOT NULL;
CREATE INDEX entries_of_a_message ON entries (message_id) WHERE message_id IS NOT NULL;

-- Notification writes, the operators' console reads. Nobody may change or delete: not even the owner.
REVOKE ALL ON entries FROM PUBLIC;
GRANT USAGE ON SCHEMA ledger TO hub_notification, hub_console;
GRANT SELECT, INSERT ON entries TO hub_notification;
GRANT SELECT ON entries TO hub_console;

CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: what is written stays.';
END
$$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE OR TRUNCATE ON entries FOR EACH STATEMENT EXECUTE FUNCTION stays();
