-- What a child's column is where a parent's is generated, has a default, or several parents have one.
-- lockstep: schema
CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a * 2) STORED);
CREATE TABLE plain (a int, b int);
CREATE TABLE five (b int DEFAULT 5);
CREATE TABLE other (b int DEFAULT 6);
CREATE TABLE same (b int DEFAULT 5);
CREATE TABLE g2 (a int, b int GENERATED ALWAYS AS (a * 22) STORED);
-- lockstep: migration
-- expect: 42611
CREATE TABLE c1 (b int DEFAULT 10) INHERITS (g);
-- expect: 42611
CREATE TABLE c1 (b int GENERATED ALWAYS AS IDENTITY) INHERITS (g);
-- expect: 42804
CREATE TABLE c1 () INHERITS (g, plain);
-- expect: 42611
CREATE TABLE c1 () INHERITS (g, g2);
-- expect: 42611
CREATE TABLE c1 () INHERITS (five, other);
-- expect: ok
CREATE TABLE c1 () INHERITS (five, same);
-- expect: ok
CREATE TABLE c2 (b int DEFAULT 7) INHERITS (five, other);
-- expect: ok
CREATE TABLE c3 (b int GENERATED ALWAYS AS IDENTITY) INHERITS (plain);
-- expect: ok
INSERT INTO c3 (a) VALUES (1);
