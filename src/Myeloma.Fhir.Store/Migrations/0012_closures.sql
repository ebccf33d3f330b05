-- Closure tables of clients. Why they look like this: src/decisions/closure-tables.md.

CREATE TABLE closure (
    id      bigint  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text    COLLATE "C" NOT NULL UNIQUE,
    version integer NOT NULL
);

CREATE TABLE closure_concept (
    closure_id bigint NOT NULL REFERENCES closure ON DELETE CASCADE,
    system     text   COLLATE "C" NOT NULL,
    code       text   COLLATE "C" NOT NULL
);
CREATE INDEX closure_concept_closure ON closure_concept (closure_id);

CREATE TABLE closure_entry (
    closure_id bigint  NOT NULL REFERENCES closure ON DELETE CASCADE,
    version    integer NOT NULL,
    system     text    COLLATE "C" NOT NULL,
    code       text    COLLATE "C" NOT NULL,
    ancestor   text    COLLATE "C" NOT NULL
);
CREATE INDEX closure_entry_version ON closure_entry (closure_id, version);
