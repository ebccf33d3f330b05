-- Resources within resources, for searches that ask for them. Why it looks like this: src/decisions/contained-resources.md.

-- What is contained in current versions, and its index rows; other searches never look here.
CREATE SCHEMA contained;

-- The tables of searches, by the same names, with what is contained among them.
CREATE SCHEMA with_contained;

-- id is that of the container's key and the fragment: Type/id#fragment, which no other resource has. The rid has the instant of the container's.
CREATE TABLE contained.resource (
    rid       bigint  NOT NULL PRIMARY KEY,
    container bigint  NOT NULL,
    type      text    COLLATE "C" NOT NULL,
    id        text    COLLATE "C" NOT NULL,
    version   integer NOT NULL,
    body      bytea   NOT NULL
);
ALTER TABLE contained.resource ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX resource_container ON contained.resource (container);
CREATE INDEX resource_key ON contained.resource (type, id);
CREATE INDEX resource_type_rid ON contained.resource (type, rid);

CREATE VIEW with_contained.resource AS
    SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body FROM resource r
    UNION ALL
    SELECT c.rid, c.type, c.id, c.version, false, 'PUT' COLLATE "C", c.body FROM contained.resource c;

ALTER FUNCTION index_tables_changed() RENAME TO index_past_changed;

-- Gives every index table what is contained, and its view, and makes the function that goes through all of them.
CREATE FUNCTION index_contained_changed() RETURNS void
    LANGUAGE plpgsql
    AS $make$
        DECLARE
            name text;
            columns text;
            forgets text := '';
        BEGIN
            FOR name IN
                SELECT c.relname::text FROM pg_class c
                WHERE c.relkind = 'r' AND starts_with(c.relname, 'index_') AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'resource'::regclass)
                    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'rid')
                ORDER BY c.relname LOOP
                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
                FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped;

                IF to_regclass(format('with_contained.%I', name)) IS NOT NULL THEN
                    EXECUTE format('DROP VIEW with_contained.%I', name);
                END IF;

                EXECUTE format('CREATE TABLE IF NOT EXISTS contained.%1$I (LIKE %1$I INCLUDING INDEXES INCLUDING STORAGE)', name);
                PERFORM index_contained_column(name, attname, format_type(atttypid, atttypmod))
                FROM pg_attribute a WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped
                    AND NOT EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = format('contained.%I', name)::regclass AND k.attname = a.attname);
                EXECUTE format('CREATE VIEW with_contained.%1$I AS SELECT %2$s FROM %1$I UNION ALL SELECT %2$s FROM contained.%1$I', name, columns);
                forgets := forgets || format('DELETE FROM contained.%I WHERE rid = ANY (rids); ', name);
            END LOOP;

            -- Takes what is contained in versions out of its indexes; where nothing is, that is one look into an index.
            EXECUTE format($f$
                CREATE OR REPLACE FUNCTION contained.forget(containers bigint[]) RETURNS void LANGUAGE plpgsql AS $g$
                    DECLARE
                        rids bigint[] := ARRAY(SELECT c.rid FROM contained.resource c WHERE c.container = ANY (containers));
                    BEGIN
                        IF cardinality(rids) = 0 THEN
                            RETURN;
                        END IF;

                        DELETE FROM contained.resource WHERE rid = ANY (rids);
                        rids := rids || containers;
                        %s
                    END
                $g$
                $f$, forgets);
        END
    $make$;

CREATE FUNCTION index_contained_column(name text, attname name, type text) RETURNS void
    LANGUAGE plpgsql
    AS $$ BEGIN EXECUTE format('ALTER TABLE contained.%I ADD COLUMN %I %s', name, attname, type); END $$;

-- Each migration that adds or changes an index table calls it at its end.
CREATE FUNCTION index_tables_changed() RETURNS void
    LANGUAGE plpgsql
    AS $$
        BEGIN
            PERFORM index_past_changed();
            PERFORM index_contained_changed();
        END
    $$;

SELECT index_contained_changed();

-- What is stored already is indexed anew, where something is contained in it.
UPDATE search_parameter SET definition_hash = ''
WHERE resource_type IN (SELECT DISTINCT r.type FROM resource r WHERE NOT r.deleted AND position('"contained"'::bytea IN r.body) > 0);
