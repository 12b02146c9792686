CREATE TYPE status AS ENUM ('draft', 'in progress');
CREATE DOMAIN email AS varchar(255) NOT NULL CHECK (VALUE ~ '@');
CREATE SCHEMA app;
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, full_name varchar(100) NOT NULL,
 profile_url varchar(255), balance numeric(12,2) NOT NULL DEFAULT 0, tags text[] NOT NULL DEFAULT '{}', settings jsonb, created_at timestamptz NOT NULL DEFAULT now(), external uuid DEFAULT gen_random_uuid() UNIQUE, "class" text, mood status NOT NULL DEFAULT 'draft', contact email, span tstzrange, born date, full_upper text GENERATED ALWAYS AS (upper(full_name)) STORED, "metadata" json, "userId" int, flag boolean DEFAULT true, note text DEFAULT 'it''s', r real, d double precision, n numeric, c char(3), t time, tz timetz, ts timestamp(3), cidr cidr, mac macaddr, m money, b bit(4), vb varbit, x xml, o oid, tsv tsvector, i4 int4range, i8 int8range, nr numrange, dr daterange, tr tsrange, p point, moods status[], small smallint, CONSTRAINT "ck %" CHECK (balance >= 0 AND note <> 'a:b'));
CREATE INDEX ix_users_tags ON users USING gin (tags);
CREATE INDEX ix_users_lower ON users (lower(full_name));
CREATE TABLE posts (id serial PRIMARY KEY, user_id bigint REFERENCES users (id), title text NOT NULL);
CREATE TABLE memberships (user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE, group_id integer NOT NULL, editor_id bigint REFERENCES users (id), since interval, address inet, raw bytea, PRIMARY KEY (user_id, group_id));
CREATE INDEX ix_memberships_group ON memberships (group_id, since);
CREATE TABLE grants (id int PRIMARY KEY, u bigint, g int, FOREIGN KEY (u, g) REFERENCES memberships (user_id, group_id));
CREATE TABLE app.things (code uuid PRIMARY KEY, parent uuid REFERENCES app.things (code), owner_id bigint NOT NULL UNIQUE REFERENCES users (id));
CREATE TABLE "type" ("type" int PRIMARY KEY);
