-- recipes: create_index

-- lockstep: schema
CREATE TABLE posts (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id bigint, title text, hidden boolean NOT NULL);
INSERT INTO posts (id, user_id, title, hidden) SELECT md5(n::text)::uuid, n, 'post ' || n, false FROM generate_series(1, 9000) AS n;

-- lockstep: migration
CREATE INDEX ON posts (user_id);
CREATE UNIQUE INDEX posts_title_key ON posts (lower(title)) WHERE NOT hidden;
