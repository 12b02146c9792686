-- lockstep: schema
CREATE FUNCTION add(int, int) RETURNS int LANGUAGE sql AS 'SELECT $1 + $2';

-- lockstep: migration
-- expect: ok
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');

-- expect: ok
CREATE AGGREGATE sum_of(int) (sfunc = add, stype = int);

-- expect: 42723
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int);

-- expect: 42804
CREATE AGGREGATE other(int) (sfunc = int4eq, stype = int);

-- expect: 2BP01
DROP FUNCTION add(int, int);

-- expect: 42809
DROP FUNCTION total(int);

-- expect: ok
DROP AGGREGATE total(int);

-- expect: 42883
DROP AGGREGATE total(int);
