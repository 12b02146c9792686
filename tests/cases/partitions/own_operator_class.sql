-- lockstep: migration
CREATE FUNCTION hash_itself(value int, seed int8) RETURNS int8 LANGUAGE sql STRICT IMMUTABLE AS 'SELECT value + seed';
-- expect: ok
CREATE OPERATOR CLASS itself FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 hash_itself(int4, int8);
-- expect: 42710
CREATE OPERATOR CLASS itself FOR TYPE int4 USING hash AS OPERATOR 1 =, FUNCTION 2 hash_itself(int4, int8);
-- expect: 42804
CREATE TABLE wrong(a text) PARTITION BY HASH (a itself);
-- expect: 42704
CREATE TABLE missing(a int) PARTITION BY LIST (a itself);
-- expect: ok
CREATE TABLE hashed(a int, b text) PARTITION BY HASH (a itself);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
-- Which partition takes a row, or is read, is for its own function to say.
-- expect: depends_on_data
INSERT INTO hashed VALUES (1, 'a'), (NULL, 'b');
-- expect: ok
SELECT * FROM hashed WHERE a = 1;
-- expect: ok
SELECT * FROM hashed;
-- expect: 2BP01
DROP OPERATOR CLASS itself USING hash;
DROP TABLE hashed;
-- expect: ok
DROP OPERATOR CLASS itself USING hash;
DROP FUNCTION hash_itself(int, int8);
