-- What was parked wrapped is an agency's clear text: once it is settled, it is nobody's any more.
UPDATE dead_letters SET content = '' WHERE wrapped AND settled_at IS NOT NULL;
