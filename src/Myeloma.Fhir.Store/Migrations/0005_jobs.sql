-- Requests that are answered later. Why it looks like this: src/decisions/asynchronous-requests.md.

CREATE TABLE job (
    id       text        COLLATE "C" NOT NULL PRIMARY KEY,
    state    text        NOT NULL CHECK (state IN ('queued', 'running', 'done')),
    repeats  boolean     NOT NULL,
    request  bytea       NOT NULL,
    created  timestamptz NOT NULL DEFAULT clock_timestamp(),
    started  timestamptz,
    alive    timestamptz,
    runner   text,
    finished timestamptz,
    answer   bytea
);
ALTER TABLE job ALTER COLUMN answer SET STORAGE EXTERNAL;
CREATE INDEX job_open ON job (created) WHERE state <> 'done';
CREATE INDEX job_done ON job (finished) WHERE state = 'done';
