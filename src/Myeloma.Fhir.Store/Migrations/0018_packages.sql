-- FHIR packages that were installed or published here. Why they look like this: src/decisions/packages.md.

CREATE TABLE package (
    name      text        COLLATE "C" NOT NULL,
    version   text        COLLATE "C" NOT NULL,
    manifest  bytea       NOT NULL,
    archive   bytea       NOT NULL,
    shasum    text        COLLATE "C" NOT NULL,
    integrity text        COLLATE "C" NOT NULL,
    published timestamptz NOT NULL DEFAULT clock_timestamp(),
    -- Null for a package that was published and not installed.
    installed timestamptz,
    contents  bytea,
    PRIMARY KEY (name, version)
);

-- Archives are compressed already.
ALTER TABLE package ALTER COLUMN archive SET STORAGE EXTERNAL;
