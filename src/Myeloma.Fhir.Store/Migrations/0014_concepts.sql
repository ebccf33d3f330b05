-- Concepts of code systems that do not travel in a resource. Why they look like this: src/decisions/concept-tables.md.

-- Concepts that some CodeSystem names by their hash. Rows are added with all that belongs to them, in one transaction, and never change.
CREATE TABLE concept_content (
    id           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash         text        COLLATE "C" NOT NULL UNIQUE,
    concepts     integer     NOT NULL,
    designations integer     NOT NULL,
    properties   integer     NOT NULL,
    imported     timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- place is the zero-based place among the concepts as they were published; parents are places.
CREATE TABLE concept (
    content_id bigint    NOT NULL,
    place      integer   NOT NULL,
    code       text      COLLATE "C" NOT NULL,
    display    text      COLLATE "C",
    definition text      COLLATE "C",
    parents    integer[] NOT NULL,
    extensions text[]    NOT NULL,
    PRIMARY KEY (content_id, place)
);

CREATE TABLE concept_designation (
    content_id  bigint  NOT NULL,
    place       integer NOT NULL,
    item        integer NOT NULL,
    language    text    COLLATE "C",
    use_system  text    COLLATE "C",
    use_code    text    COLLATE "C",
    use_display text    COLLATE "C",
    status      text    COLLATE "C",
    value       text    COLLATE "C" NOT NULL,
    PRIMARY KEY (content_id, place, item)
);

CREATE TABLE concept_property (
    content_id bigint  NOT NULL,
    place      integer NOT NULL,
    item       integer NOT NULL,
    code       text    COLLATE "C" NOT NULL,
    kind       text    COLLATE "C" NOT NULL,
    value      text    COLLATE "C" NOT NULL,
    system     text    COLLATE "C",
    display    text    COLLATE "C",
    PRIMARY KEY (content_id, place, item)
);

-- Compiled forms: of a content, by the rules it was compiled by.
CREATE TABLE concept_form (
    content_id bigint  NOT NULL REFERENCES concept_content ON DELETE CASCADE,
    rules      text    COLLATE "C" NOT NULL,
    part       integer NOT NULL,
    bytes      bytea   NOT NULL,
    PRIMARY KEY (content_id, rules, part)
);
-- Numbers in rows hardly get smaller; what is read at every start should not be unpacked each time.
ALTER TABLE concept_form ALTER COLUMN bytes SET STORAGE EXTERNAL;
