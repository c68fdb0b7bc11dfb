-- What is shown of a letter without opening it: its headers (names, and only such values as cannot be personal), its size,
-- when it was last tried, operators' notes (codes). An operator may have it corrected: `correction` is wrapped as the
-- content is, is handled in the letter's place, and goes once that was tried; the content stays as it came.
ALTER TABLE dead_letters
    ADD COLUMN headers text,
    ADD COLUMN bytes integer,
    ADD COLUMN last_tried_at timestamptz,
    ADD COLUMN notes text[],
    ADD COLUMN correction bytea,
    ADD COLUMN corrected_as text;
