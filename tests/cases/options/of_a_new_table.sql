-- lockstep: schema


-- lockstep: migration
-- expect: ok
CREATE TABLE o1 (a text) WITH (fillfactor = 70, toast.autovacuum_enabled = false);

-- expect: ok
CREATE TABLE o2 (a text) WITH (oids = false);

-- expect: 0A000
CREATE TABLE o3 (a text) WITH (oids = true);

-- expect: 22023
CREATE TABLE o4 (a text) WITH (fillfactor = 7);

-- expect: 22023
CREATE TABLE o5 (a text) WITH (bar.baz = 7);

-- expect: depends_on_data
CREATE TABLE o6 (a text) TABLESPACE fast;
