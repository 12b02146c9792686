-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX ix ON t (a);
CREATE INDEX part ON t (a) WHERE a > 0;
CREATE TABLE other (id int PRIMARY KEY);
-- lockstep: migration
-- expect: 42704
CLUSTER t;
-- expect: ok
CLUSTER t USING ix;
-- expect: ok
CLUSTER t;
-- expect: ok
CLUSTER;
-- expect: 42704
CLUSTER t USING missing;
-- expect: 42809
CLUSTER t USING other_pkey;
-- expect: 0A000
CLUSTER t USING part;
-- expect: 42809
CLUSTER ix USING ix;
