-- lockstep: schema
CREATE ROLE worker;
CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN END $$;
-- lockstep: migration
-- expect: ok
ALTER FUNCTION f(int) OWNER TO worker;
-- expect: ok
ALTER PROCEDURE p() OWNER TO worker;
-- expect: 42704
DO $$ BEGIN DROP ROLE IF EXISTS nobody_at_all; ALTER FUNCTION f(int) OWNER TO nobody_at_all; END $$;
-- expect: 2BP01
DROP ROLE worker;
-- expect: ok
ALTER ROUTINE f(int) OWNER TO CURRENT_USER;
-- expect: ok
DROP PROCEDURE p();
-- expect: ok
DROP ROLE worker;
