-- rehearsal gap: step 1, outcome
-- lockstep: schema
CREATE TABLE "Order" ("userId" int, "select" int);
-- lockstep: migration
-- expect: 42601 gap:42P01
SELECT * FROM Order;
-- expect: 42P01
ALTER TABLE "order" ADD COLUMN a int;
ALTER TABLE "Order" RENAME COLUMN "userId" TO USER_ID;
-- expect: 42703
UPDATE "Order" SET userId = 1;
CREATE INDEX ON "Order" ("select");
