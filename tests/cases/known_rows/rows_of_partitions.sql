-- lockstep: schema

-- lockstep: migration
-- expect: ok
CREATE TABLE m(id int, d date NOT NULL) PARTITION BY RANGE (d);

-- expect: ok
CREATE TABLE m_def PARTITION OF m DEFAULT;

-- expect: ok
INSERT INTO m_def VALUES (1, '2030-06-06');

-- expect: 23514
CREATE TABLE m_2030 PARTITION OF m FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- expect: ok
CREATE TABLE m_2031 PARTITION OF m FOR VALUES FROM ('2031-01-01') TO ('2032-01-01');

-- expect: ok
CREATE TABLE loose(id int, d date NOT NULL);

-- expect: ok
INSERT INTO loose VALUES (1, '2026-05-05');

-- expect: 23514
ALTER TABLE m ATTACH PARTITION loose FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');

-- expect: 23514
ALTER TABLE m ATTACH PARTITION loose FOR VALUES FROM ('2030-01-01') TO ('2031-01-01');

-- expect: ok
ALTER TABLE m ATTACH PARTITION loose FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
