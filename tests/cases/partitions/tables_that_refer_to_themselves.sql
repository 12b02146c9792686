-- lockstep: migration
CREATE TABLE tree (id bigint NOT NULL PRIMARY KEY, parent bigint, FOREIGN KEY (parent) REFERENCES tree (id)) PARTITION BY RANGE (id);
-- The key of the whole has a part for every partition that it refers to.
CREATE TABLE tree_1 PARTITION OF tree FOR VALUES FROM (0) TO (10);
CREATE TABLE tree_2 (id bigint NOT NULL PRIMARY KEY, parent bigint);
ALTER TABLE tree ATTACH PARTITION tree_2 FOR VALUES FROM (10) TO (20);
CREATE TABLE tree_3 (id bigint NOT NULL PRIMARY KEY, parent bigint) PARTITION BY RANGE (id);
CREATE TABLE tree_31 PARTITION OF tree_3 FOR VALUES FROM (20) TO (30);
ALTER TABLE tree ATTACH PARTITION tree_3 FOR VALUES FROM (20) TO (40);
-- expect: depends_on_data
ALTER TABLE tree DETACH PARTITION tree_2;
ALTER TABLE tree ATTACH PARTITION tree_2 FOR VALUES FROM (10) TO (20);
-- expect: depends_on_data
ALTER TABLE tree DETACH PARTITION tree_3;
ALTER TABLE tree ATTACH PARTITION tree_3 FOR VALUES FROM (30) TO (40);
DROP TABLE tree;
