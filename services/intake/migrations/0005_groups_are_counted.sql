-- By what the law has programs count people, in codes, for reports alone: no fact on any topic, in nobody's timeline,
-- and gone with its record. What is not told is null.
CREATE TABLE demographics (
    referral_id text PRIMARY KEY,
    race text,
    ethnicity text,
    gender text,
    gender_identity text,
    disability text,
    veteran text
);
