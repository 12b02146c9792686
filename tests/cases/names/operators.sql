-- lockstep: schema


-- lockstep: migration
-- expect: ok
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq, COMMUTATOR = OPERATOR(public.===), RESTRICT = eqsel, HASHES);

-- expect: 42723
CREATE OPERATOR === (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);

-- expect: 42P13
CREATE OPERATOR ==== (LEFTARG = int, FUNCTION = int4eq);

-- expect: ok
COMMENT ON OPERATOR === (int, int) IS 'equal';

-- expect: ok
DROP OPERATOR === (int, int);
