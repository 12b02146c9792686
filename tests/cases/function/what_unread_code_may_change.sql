-- lockstep: schema
CREATE TABLE item (id int PRIMARY KEY, total numeric);
CREATE TABLE other (id int PRIMARY KEY);
INSERT INTO other VALUES (1);
-- lockstep: migration
-- expect: ok
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$
DECLARE
    updated integer;
BEGIN
    LOOP
        UPDATE item SET total = 0 WHERE id IN (SELECT id FROM item WHERE total IS NULL LIMIT 100);
        GET DIAGNOSTICS updated = ROW_COUNT;
        EXIT WHEN updated = 0;
        COMMIT;
    END LOOP;
END
$$;
-- expect: unknown
CALL fill();
-- expect: ok
ALTER TABLE item ADD COLUMN note text;
-- expect: ok
DROP PROCEDURE fill();
-- expect: 23505
INSERT INTO other VALUES (1);
