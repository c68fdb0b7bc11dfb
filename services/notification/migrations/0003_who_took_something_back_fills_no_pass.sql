-- Whether the person took something back that is not dealt with: what is about them is left out of a lane's next rows,
-- or they would fill every pass and nobody else's would go.
ALTER TABLE dossiers ADD COLUMN held boolean NOT NULL DEFAULT false;
