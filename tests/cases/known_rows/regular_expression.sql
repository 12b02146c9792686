-- lockstep: schema

-- lockstep: migration
-- expect: ok
CREATE DOMAIN email AS text;

-- expect: ok
CREATE TABLE t(id int, e email);

-- expect: ok
INSERT INTO t VALUES (1, 'nobody'), (2, 'a.b@c.org');

-- expect: 23514
ALTER DOMAIN email ADD CONSTRAINT has_at CHECK (VALUE ~ '@');

-- expect: 23514
ALTER TABLE t ADD CHECK (e ~ '^[a-z.]+@[a-z]+\.[a-z]{2,}$');

-- expect: ok
ALTER DOMAIN email ADD CONSTRAINT is_lower CHECK (VALUE !~ '[A-Z]');

-- expect: ok
ALTER TABLE t ADD CHECK (e ~* '^[A-Z.@]*$');
