-- lockstep: schema
SET datestyle = 'ISO, MDY';
SET timezone = 'UTC';
CREATE TABLE a (id int);
-- lockstep: migration
-- expect: ok
ALTER TABLE a ADD COLUMN c1 timestamp DEFAULT '3/10/15', ADD COLUMN c2 date DEFAULT 'Jan 8, 1999';
-- expect: ok
ALTER TABLE a ADD COLUMN c3 timestamptz DEFAULT '2001-02-03 04:05 PM -08', ADD COLUMN c4 date DEFAULT '1999.038';
-- expect: ok
ALTER TABLE a ADD COLUMN c5 timestamp DEFAULT '20010203T040506.7', ADD COLUMN c6 date DEFAULT '8-sept-69';
-- expect: 22008
ALTER TABLE a ADD COLUMN c7 date DEFAULT '13/10/2015';
-- expect: 22008
ALTER TABLE a ADD COLUMN c7 timestamp DEFAULT '2/30/15 10:00';
-- expect: 22007
ALTER TABLE a ADD COLUMN c7 date DEFAULT '1/2';
-- expect: 22009
ALTER TABLE a ADD COLUMN c7 timestamptz DEFAULT '2001-02-03 04:05 +16';
-- expect: ok
SET datestyle = 'ISO, DMY';
-- expect: ok
ALTER TABLE a ADD COLUMN c7 date DEFAULT '13/10/2015';
-- expect: ok
ALTER TABLE a ADD COLUMN c8 timestamp DEFAULT now() + interval '90 days';
