-- lockstep: migration
-- expect: 23505
CREATE TYPE mood AS ENUM ('sad', 'ok', 'sad');
