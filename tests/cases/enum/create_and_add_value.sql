-- lockstep: schema
CREATE TYPE mood AS ENUM ('sad', 'happy');
-- lockstep: migration
ALTER TYPE mood ADD VALUE 'fine' AFTER 'sad';
ALTER TYPE mood ADD VALUE IF NOT EXISTS 'fine';
-- expect: 42710
ALTER TYPE mood ADD VALUE 'fine';
-- expect: 22023
ALTER TYPE mood ADD VALUE 'angry' BEFORE 'unhappy';
CREATE TYPE size AS ENUM ('s', 'm', 'l');
-- expect: 42710
CREATE TYPE size AS ENUM ('x');
-- expect: 42704
ALTER TYPE colour ADD VALUE 'red';
