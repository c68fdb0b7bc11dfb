-- As what an operator put the letter away: the service refuses it then, and its sender hears so.
ALTER TABLE dead_letters ADD COLUMN put_away_as text;
