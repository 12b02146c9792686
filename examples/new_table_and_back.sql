-- title: New table, and the way back
-- about: Upgrade, then downgrade, as a test of the migration would run them. The downgrade drops the foreign key by
-- about: itself, which stops reads and writes of users, although only study_plans goes.
-- group: Worked examples
-- runner: psql
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
BEGIN;
CREATE TABLE study_plans (
    id SERIAL NOT NULL,
    user_id INTEGER NOT NULL,
    name VARCHAR(255) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(),
    PRIMARY KEY (id)
);
ALTER TABLE study_plans ADD CONSTRAINT fk_study_plans_user_id FOREIGN KEY (user_id) REFERENCES users (id);
CREATE INDEX ix_study_plans_user_id ON study_plans (user_id);
COMMIT;

BEGIN;
DROP INDEX ix_study_plans_user_id;
ALTER TABLE study_plans DROP CONSTRAINT fk_study_plans_user_id;
DROP TABLE study_plans;
COMMIT;
