-- What a comment accepts is no finding any more, and is told with its reason.
-- postgres: 18
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
CREATE INDEX orders_old_idx ON orders (user_id, id);
-- lockstep: migration
-- lockstep: ignore missing_lock_timeout, blocking_index_build: the service is stopped meanwhile
CREATE INDEX users_email_idx ON users (email);

-- The timeout is still missing, and this file has not said so yet.
-- expect: missing_lock_timeout, blocking_index_build
CREATE INDEX orders_user_id_idx ON orders (user_id);

DROP INDEX orders_old_idx; -- lockstep: ignore blocking_index_drop nobody uses the index yet

-- expect: depends_on_data
ALTER TABLE users
  /* lockstep: ignore scan_under_access_exclusive it has few rows,
     and the application waits */
  ALTER email SET NOT NULL;
