-- Jobs of several kinds, with progress and a checkpoint to go on from. Why it looks like this: src/decisions/background-jobs.md.

ALTER TABLE job
    DROP CONSTRAINT job_state_check,
    ADD CONSTRAINT job_state_check CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    ADD COLUMN kind       text     COLLATE "C" NOT NULL DEFAULT 'request',
    ADD COLUMN alone      boolean  NOT NULL DEFAULT false,
    ADD COLUMN tries      integer  NOT NULL DEFAULT 0,
    ADD COLUMN checkpoint bytea,
    ADD COLUMN done       bigint   NOT NULL DEFAULT 0,
    ADD COLUMN total      bigint,
    ADD COLUMN words      text,
    ADD COLUMN status     smallint,
    ADD COLUMN media_type text;

-- Answers from before are Bundles.
UPDATE job SET status = 200, media_type = 'application/fhir+json' WHERE state = 'done';
ALTER TABLE job ALTER COLUMN kind DROP DEFAULT, ALTER COLUMN alone DROP DEFAULT;

DROP INDEX job_open, job_done;
CREATE INDEX job_open ON job (kind, created) WHERE state IN ('queued', 'running');
CREATE INDEX job_ended ON job (finished) WHERE state IN ('done', 'failed', 'cancelled');

-- Of a kind that runs alone one job is worked on at a time, on all servers together.
CREATE UNIQUE INDEX job_alone ON job (kind) WHERE alone AND state = 'running';
