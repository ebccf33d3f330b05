-- Files of bulk export and import, and what is left to do of them. Why it looks like this: src/decisions/bulk-data.md.

-- owner is a job or an upload. position and note tell how far an import has come with an input.
CREATE TABLE bulk_file (
    owner    text        COLLATE "C" NOT NULL,
    name     text        COLLATE "C" NOT NULL,
    ordinal  integer     NOT NULL,
    role     text        NOT NULL CHECK (role IN ('input', 'output', 'deleted', 'error')),
    type     text        COLLATE "C",
    source   text        COLLATE "C",
    lines    bigint      NOT NULL DEFAULT 0,
    bytes    bigint      NOT NULL DEFAULT 0,
    position bigint      NOT NULL DEFAULT 0,
    note     bytea,
    changed  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner, name)
);
CREATE INDEX bulk_file_changed ON bulk_file (changed);

-- Whole lines, compressed; first_line is the one-based number of the first of them.
CREATE TABLE bulk_piece (
    owner      text    COLLATE "C" NOT NULL,
    name       text    COLLATE "C" NOT NULL,
    first_line bigint  NOT NULL,
    content    bytea   NOT NULL,
    PRIMARY KEY (owner, name, first_line),
    FOREIGN KEY (owner, name) REFERENCES bulk_file ON DELETE CASCADE
);
ALTER TABLE bulk_piece ALTER COLUMN content SET STORAGE EXTERNAL;

-- The versions an export has still to write, chosen at one instant.
CREATE TABLE bulk_plan (
    owner  text     COLLATE "C" NOT NULL,
    number integer  NOT NULL,
    file   text     COLLATE "C" NOT NULL,
    rids   bigint[] NOT NULL,
    PRIMARY KEY (owner, number),
    FOREIGN KEY (owner, file) REFERENCES bulk_file ON DELETE CASCADE
);

-- References of imported resources whose target was not there when they were stored.
CREATE TABLE bulk_reference (
    owner          text    COLLATE "C" NOT NULL,
    name           text    COLLATE "C" NOT NULL,
    line           bigint  NOT NULL,
    source_type    text    COLLATE "C" NOT NULL,
    source_id      text    COLLATE "C" NOT NULL,
    expression     text    COLLATE "C" NOT NULL,
    target_type    text    COLLATE "C" NOT NULL,
    target_id      text    COLLATE "C" NOT NULL,
    target_version integer,
    FOREIGN KEY (owner, name) REFERENCES bulk_file ON DELETE CASCADE
);
CREATE INDEX bulk_reference_line ON bulk_reference (owner, name, line);
