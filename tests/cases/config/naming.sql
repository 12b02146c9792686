-- A team's convention for names, and what is not asked of it.
-- postgres: 18
-- lockstep: schema
-- lockstep: config naming.case = snake_case
-- lockstep: config naming.tables = plural
-- lockstep: config naming.index = ix_{table}_{columns}
-- lockstep: config naming.unique = uq_{table}_{columns}
-- lockstep: config naming.primary_key = pk_{table}
-- lockstep: config naming.foreign_key = fk_{table}_{column}_{referenced_table}
-- lockstep: config naming.check = ck_{table}_*
-- lockstep: config naming.columns.foreign_key = *_id
-- lockstep: config naming.columns.boolean = is_*, has_*
CREATE TABLE "Legacy" (id bigint PRIMARY KEY, code text);
-- lockstep: migration
-- As it should be: nothing is said.
CREATE TABLE users (
  id bigint CONSTRAINT pk_users PRIMARY KEY,
  email text CONSTRAINT uq_users_email UNIQUE,
  is_admin boolean NOT NULL,
  CONSTRAINT ck_users_email_format CHECK (email LIKE '%@%')
);
CREATE INDEX ix_users_email_id ON users (email, id);

-- Every rule broken; of the many names some are told.
-- expect: name_breaks_convention
CREATE TABLE "userOrder" (
  id bigint PRIMARY KEY,
  "user" bigint REFERENCES users,
  paid boolean,
  code text UNIQUE,
  "Total" numeric CHECK ("Total" > 0)
);
-- Names that the step does not give are not looked at.
ALTER TABLE "Legacy" ALTER code SET DEFAULT '';
-- expect: name_breaks_convention
ALTER TABLE "Legacy" RENAME code TO "Code";
-- expect: name_breaks_convention
ALTER INDEX ix_users_email_id RENAME TO users_email;
-- An expression has no column's name: any will do.
CREATE INDEX ix_users_lower ON users (lower(email));
-- A unique index keeps to what unique constraints keep to.
-- expect: name_breaks_convention
CREATE UNIQUE INDEX ix_users_id ON users (id);
-- expect: name_breaks_convention
ALTER TABLE users RENAME TO customer;
CREATE TEMPORARY TABLE scratch (id integer);
