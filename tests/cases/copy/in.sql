-- lockstep: schema
CREATE TABLE t (id int PRIMARY KEY, a varchar(5) NOT NULL);
CREATE VIEW v AS SELECT 1 AS one;
-- lockstep: migration
CREATE TABLE new (id int, a text, g int GENERATED ALWAYS AS (id * 2) STORED);
COPY new (id, a) FROM stdin;
1	\N
2	two\twords
\.
-- expect: depends_on_data unless:23505
COPY t FROM stdin;
1	one
\.
-- expect: 23502
COPY t FROM stdin WITH (NULL '');
2	
\.
-- expect: 22P02
COPY t FROM stdin;
three	3
\.
-- expect: 22P04
COPY t FROM stdin;
4
\.
-- expect: 22P04
COPY t FROM stdin;
5	five	5
\.
-- expect: 42703
COPY t (missing) FROM stdin;
\.
-- expect: 42701
COPY t (id, id) FROM stdin;
\.
-- expect: 42P10
COPY new (g) FROM stdin;
\.
-- expect: 42601
COPY t FROM stdin WITH (fast);
\.
-- expect: 22023
COPY t FROM stdin WITH (FORMAT xml);
\.
-- expect: 0A000
COPY t FROM stdin WITH (DELIMITER ', ');
\.
-- expect: 0A000
COPY t FROM stdin WITH (QUOTE '"');
\.
-- expect: 55000
COPY t FROM stdin WITH (FREEZE);
\.
-- expect: 42809
COPY t_pkey FROM stdin;
\.
