-- Levels: off, lower, higher; what is less for its harmlessness stays less.
-- postgres: 18
-- lockstep: schema
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- lockstep: migration
-- lockstep: config hazards.missing_lock_timeout = off
-- lockstep: config hazards.blocking_index_build = warning
-- lockstep: config hazards.time_without_zone = error
-- lockstep: config hazards.no_such_hazard = error
-- lockstep: config hazards.serial_column = loud
-- lockstep: config thresholds.index_colums = 3
-- expect: blocking_index_build
CREATE INDEX users_email_idx ON users (email);
-- expect: time_without_zone
CREATE TABLE visits (id bigint PRIMARY KEY, at timestamp);
