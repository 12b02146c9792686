-- title: Add a table
-- about: Nobody can wait for a table that is not there yet. But its foreign key locks users against writes, from the
-- about: moment it is added until the whole migration commits.
-- group: Common patterns
-- runner: alembic
-- lockstep: schema
CREATE TABLE users (id integer PRIMARY KEY, email varchar(255) NOT NULL);
INSERT INTO users (id, email) VALUES (1, 'ada@example.com'), (2, 'grace@example.com');
-- lockstep: table users rows=10M size=2GB
-- lockstep: migration
CREATE TABLE study_plans (
    id SERIAL NOT NULL,
    user_id INTEGER NOT NULL,
    name VARCHAR(255) NOT NULL,
    created_at TIMESTAMP WITHOUT TIME ZONE DEFAULT now(),
    PRIMARY KEY (id)
);

ALTER TABLE study_plans ADD CONSTRAINT fk_study_plans_user_id FOREIGN KEY (user_id) REFERENCES users (id);

CREATE INDEX ix_study_plans_user_id ON study_plans (user_id);
