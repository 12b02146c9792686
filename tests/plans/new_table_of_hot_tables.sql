-- recipes:

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE teams (id bigint PRIMARY KEY);
INSERT INTO users SELECT n FROM generate_series(1, 500) AS n;
INSERT INTO teams SELECT n FROM generate_series(1, 500) AS n;

-- lockstep: migration
BEGIN;
CREATE TABLE members (user_id bigint REFERENCES users ON DELETE CASCADE, team_id bigint NOT NULL, by bigint CONSTRAINT members_by REFERENCES users, parent bigint, PRIMARY KEY (user_id, team_id), FOREIGN KEY (team_id) REFERENCES teams);
CREATE INDEX ON members (team_id);
COMMIT;
