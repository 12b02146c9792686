-- lockstep: schema
CREATE TABLE account (id int PRIMARY KEY);
-- lockstep: migration
-- Whether the server has it is not known; with it, this is what the steps do.
-- expect: unknown
CREATE EXTENSION IF NOT EXISTS vector;
-- expect: unknown
CREATE TABLE chunk (id int PRIMARY KEY, account_id int REFERENCES account, content text, embedding vector(1536) NOT NULL);
-- What touches its members is open, everything else is not.
-- expect: unknown
CREATE INDEX by_embedding ON chunk USING hnsw (embedding vector_cosine_ops) WITH (m = 16, ef_construction = 64);
-- expect: ok
CREATE INDEX by_account ON chunk USING btree (account_id);
-- expect: ok
COMMENT ON COLUMN chunk.embedding IS 'A vector.';
-- expect: ok
ALTER TABLE chunk ADD COLUMN title text NOT NULL DEFAULT '', DROP COLUMN content;
-- expect: 42701
ALTER TABLE chunk ADD COLUMN title text;
-- expect: ok
CREATE VIEW counted AS SELECT sum(account_id) FROM chunk;
-- expect: unknown
ALTER TABLE chunk ALTER COLUMN embedding TYPE vector(768);
-- expect: unknown
CREATE TABLE other (a halfvec(3));
-- expect: ok
ALTER TABLE account ADD COLUMN name text;
-- expect: 2BP01
DROP TABLE account;
-- expect: unknown
DROP EXTENSION vector;
-- expect: ok
ALTER TABLE chunk DROP COLUMN embedding;
