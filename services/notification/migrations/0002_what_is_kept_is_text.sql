-- SQL never looks inside what is kept of a person or of a row: text is written and read without being taken apart.
ALTER TABLE dossiers ALTER COLUMN state TYPE text;
ALTER TABLE lane_rows ALTER COLUMN reference TYPE text, ALTER COLUMN verdict TYPE text;
