-- After an outage a deadline may be set when it is past already; whoever hears of it can tell. Not known of older ones.
ALTER TABLE deadlines ADD COLUMN set_at timestamptz;
ALTER TABLE deadlines ALTER COLUMN set_at SET DEFAULT now();
