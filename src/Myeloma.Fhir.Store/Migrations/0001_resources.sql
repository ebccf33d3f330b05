-- Versions of resources and their index rows. Why it looks like this: src/decisions/storage-layout.md.

-- The low 20 bits of a rid; the high ones are the milliseconds since 1970 of the version's lastUpdated.
CREATE SEQUENCE resource_rid AS bigint MINVALUE 0 MAXVALUE 1048575 START 0 CYCLE;

CREATE FUNCTION rid_last_updated(rid bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'epoch'::timestamptz + (rid >> 20) * interval '1 millisecond';

-- The current version of every resource ever known; a deleted one has an empty body.
CREATE TABLE resource (
    rid     bigint  NOT NULL PRIMARY KEY,
    type    text    COLLATE "C" NOT NULL,
    id      text    COLLATE "C" NOT NULL,
    version integer NOT NULL,
    deleted boolean NOT NULL,
    method  text    COLLATE "C" NOT NULL,
    body    bytea   NOT NULL
);
ALTER TABLE resource ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE resource SET (toast_tuple_target = 4080);
CREATE UNIQUE INDEX resource_key ON resource (type, id);
CREATE INDEX resource_type_rid ON resource (type, rid) WHERE NOT deleted;

-- The types that have resources: one step of the index for each instead of one for each resource.
CREATE FUNCTION stored_types() RETURNS SETOF text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        WITH RECURSIVE t AS (
            (SELECT type FROM resource WHERE NOT deleted ORDER BY type LIMIT 1)
            UNION ALL
            SELECT (SELECT r.type FROM resource r WHERE NOT r.deleted AND r.type > t.type ORDER BY r.type LIMIT 1) FROM t WHERE t.type IS NOT NULL)
        SELECT type FROM t WHERE type IS NOT NULL
    $$;

-- Superseded versions; together with resource all there ever were. Append-only.
CREATE TABLE resource_history (
    rid     bigint  NOT NULL PRIMARY KEY,
    type    text    COLLATE "C" NOT NULL,
    id      text    COLLATE "C" NOT NULL,
    version integer NOT NULL,
    deleted boolean NOT NULL,
    method  text    COLLATE "C" NOT NULL,
    body    bytea   NOT NULL
);
ALTER TABLE resource_history ALTER COLUMN body SET STORAGE EXTERNAL;
ALTER TABLE resource_history SET (toast_tuple_target = 4080);
CREATE UNIQUE INDEX resource_history_key ON resource_history (type, id, version);
CREATE INDEX resource_history_type_rid ON resource_history (type, rid);
CREATE INDEX resource_type_rid_all ON resource (type, rid);

-- Postings: a 64-bit hash of (parameter, form, value), see PostingHash.
CREATE TABLE index_token (
    hash bigint NOT NULL,
    rid  bigint NOT NULL,
    PRIMARY KEY (hash, rid)
);
CREATE INDEX index_token_rid ON index_token (rid);
ALTER TABLE index_token ALTER COLUMN hash SET STATISTICS 1000;

-- Lowest and highest code of a token parameter in a resource, for _sort and for indexing anew.
CREATE TABLE index_code (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    low          text    COLLATE "C" NOT NULL,
    high         text    COLLATE "C" NOT NULL,
    PRIMARY KEY (rid, parameter_id)
);

-- prefix is the start of folded that fits into an index; folded is null where prefix is all of it.
CREATE TABLE index_string (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    prefix       text    COLLATE "C" NOT NULL,
    folded       text    COLLATE "C",
    exact        text    COLLATE "C" NOT NULL
);
CREATE INDEX index_string_prefix ON index_string (parameter_id, prefix, rid);
CREATE INDEX index_string_rid ON index_string (rid, parameter_id);

-- A reference to a resource here has target_type and target_id, any other reference and every canonical has url.
CREATE TABLE index_reference (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    target_type  text    COLLATE "C",
    target_id    text    COLLATE "C",
    url          text    COLLATE "C",
    url_hash     bigint,
    version      text    COLLATE "C"
);
CREATE INDEX index_reference_target ON index_reference (parameter_id, target_id, target_type, rid) WHERE target_id IS NOT NULL;
CREATE INDEX index_reference_url ON index_reference (parameter_id, url_hash, rid) WHERE url_hash IS NOT NULL;
CREATE INDEX index_reference_rid ON index_reference (rid, parameter_id);

CREATE TABLE index_uri (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    prefix       text    COLLATE "C" NOT NULL,
    value        text    COLLATE "C" NOT NULL,
    value_hash   bigint  NOT NULL
);
CREATE INDEX index_uri_hash ON index_uri (value_hash, parameter_id, rid);
CREATE INDEX index_uri_prefix ON index_uri (parameter_id, prefix, rid);
CREATE INDEX index_uri_rid ON index_uri (rid, parameter_id);

-- The instants a value stands for: low is the first of them, high the first after them.
CREATE TABLE index_date (
    rid          bigint      NOT NULL,
    parameter_id integer     NOT NULL,
    low          timestamptz NOT NULL,
    high         timestamptz NOT NULL
);
CREATE INDEX index_date_low ON index_date (parameter_id, low, high, rid);
CREATE INDEX index_date_high ON index_date (parameter_id, high, low, rid);
CREATE INDEX index_date_rid ON index_date (rid, parameter_id);

CREATE TABLE index_number (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    low          numeric NOT NULL,
    high         numeric NOT NULL
);
CREATE INDEX index_number_low ON index_number (parameter_id, low, high, rid);
CREATE INDEX index_number_high ON index_number (parameter_id, high, low, rid);
CREATE INDEX index_number_rid ON index_number (rid, parameter_id);

CREATE TABLE index_quantity (
    rid          bigint  NOT NULL,
    parameter_id integer NOT NULL,
    system       text    COLLATE "C",
    code         text    COLLATE "C",
    code_hash    bigint,
    low          numeric NOT NULL,
    high         numeric NOT NULL
);
CREATE INDEX index_quantity_low ON index_quantity (parameter_id, low, high, rid);
CREATE INDEX index_quantity_code ON index_quantity (parameter_id, code_hash, low, high, rid) WHERE code_hash IS NOT NULL;
CREATE INDEX index_quantity_rid ON index_quantity (rid, parameter_id);

-- Takes superseded versions out of every index.
CREATE FUNCTION index_forget(rids bigint[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM index_token WHERE rid = ANY (rids);
        DELETE FROM index_code WHERE rid = ANY (rids);
        DELETE FROM index_string WHERE rid = ANY (rids);
        DELETE FROM index_reference WHERE rid = ANY (rids);
        DELETE FROM index_uri WHERE rid = ANY (rids);
        DELETE FROM index_date WHERE rid = ANY (rids);
        DELETE FROM index_number WHERE rid = ANY (rids);
        DELETE FROM index_quantity WHERE rid = ANY (rids);
    $$;

-- The ids that parameters have in index rows. The next two numbers are for the rows of :text and :identifier.
CREATE TABLE search_parameter (
    id              integer GENERATED ALWAYS AS IDENTITY (START WITH 4 INCREMENT BY 4) PRIMARY KEY,
    resource_type   text NOT NULL,
    url             text NOT NULL,
    code            text NOT NULL,
    definition_hash text NOT NULL,
    status          text NOT NULL CHECK (status IN ('indexed', 'pending')),
    UNIQUE (resource_type, url)
);

-- What a server needs to remember beside resources.
CREATE TABLE setting (
    name  text NOT NULL PRIMARY KEY,
    value text NOT NULL
);

-- Orders business versions: numbers by their value, a pre-release (1.0.0-rc1) before its release.
CREATE FUNCTION version_key(version text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT string_agg(CASE WHEN part ~ '^[0-9]+$' THEN lpad(part, 20, '0') ELSE replace(part, '-', '!') END, '' ORDER BY at) || '"'
        FROM regexp_matches(version, '[0-9]+|[^0-9]+', 'g') WITH ORDINALITY AS m(parts, at), unnest(parts) AS part
    $$;

-- The resource a canonical names: the one of that version, else the one of the highest version, of equals the newest.
CREATE FUNCTION canonical_target(wanted_hash bigint, wanted_url text, wanted_version text, wanted_type text) RETURNS TABLE (rid bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT u.rid
        FROM index_uri u
        JOIN search_parameter p ON p.id = u.parameter_id AND p.code = 'url'
        LEFT JOIN search_parameter v ON v.resource_type = p.resource_type AND v.code = 'version'
        LEFT JOIN index_code c ON c.rid = u.rid AND c.parameter_id = v.id
        WHERE u.value_hash = wanted_hash AND u.value = wanted_url COLLATE "C"
            AND (wanted_version IS NULL OR c.low = wanted_version COLLATE "C")
            AND (wanted_type IS NULL OR p.resource_type = wanted_type)
        ORDER BY version_key(c.low) COLLATE "C" DESC NULLS LAST, u.rid DESC
        LIMIT 1
    $$;
