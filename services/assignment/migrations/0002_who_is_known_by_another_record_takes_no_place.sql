-- Agencies where a person takes no place, because they are its participant under a linked record.
ALTER TABLE placements ADD COLUMN guest_at text[] NOT NULL DEFAULT '{}';
