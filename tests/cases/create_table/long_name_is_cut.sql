-- 63 bytes are kept, with a notice.
-- lockstep: schema
-- lockstep: migration
CREATE TABLE a_name_that_goes_on_and_on_and_on_until_it_is_longer_than_a_name_may_be (a int);
