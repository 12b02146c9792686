-- title: Index for a slow query, safely
-- about: CONCURRENTLY builds it while reads and writes go on. It cannot run in a transaction, and it waits for older
-- about: transactions; if it fails it leaves an invalid index, which has to be dropped before the next try.
-- group: Worked examples
-- runner: psql
-- lockstep: schema
CREATE TABLE posts (
    id bigint PRIMARY KEY,
    user_id bigint NOT NULL,
    status varchar(20) NOT NULL,
    created_at timestamptz NOT NULL
);
INSERT INTO posts (id, user_id, status, created_at) VALUES
    (1, 1, 'published', '2025-01-01 08:00+00'), (2, 1, 'draft', '2025-01-02 08:00+00');
-- lockstep: table posts rows=40M size=18GB
-- lockstep: migration
CREATE INDEX CONCURRENTLY ix_posts_user_status_created ON posts (user_id, status, created_at DESC);
