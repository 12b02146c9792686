-- recipes: add_required_column

-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, name text);

-- lockstep: migration
ALTER TABLE users ADD COLUMN tenant bigint NOT NULL;
