-- What searches saw at an earlier instant, for the later pages of a walk. Why it looks like this: src/decisions/consistent-paging.md.

-- Superseded versions and their index rows, kept while page links that may ask for them are good.
CREATE SCHEMA past;

-- The tables of searches, by the same names, as they were at the instant that the settings fhir.view_* tell.
CREATE SCHEMA view_at;

-- Until when what is superseded has to be kept; one row.
CREATE TABLE past.keeping (
    until timestamptz NOT NULL
);
INSERT INTO past.keeping VALUES ('-infinity');

-- made and gone are the transactions that made the version and that superseded it; the body is in resource_history.
CREATE TABLE past.resource (
    rid        bigint      NOT NULL PRIMARY KEY,
    type       text        COLLATE "C" NOT NULL,
    id         text        COLLATE "C" NOT NULL,
    version    integer     NOT NULL,
    method     text        COLLATE "C" NOT NULL,
    made       xid8        NOT NULL,
    gone       xid8        NOT NULL,
    kept_until timestamptz NOT NULL
);
CREATE INDEX resource_key ON past.resource (type, id);
CREATE INDEX resource_type_rid ON past.resource (type, rid);
CREATE INDEX resource_kept_until ON past.resource (kept_until);

-- The number of a transaction, of those with such low bits the one nearest to another.
CREATE FUNCTION full_xid(low xid, near xid8) RETURNS xid8
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT (near::text::bigint + ((low::text::bigint - near::text::bigint + 2147483648) % 4294967296 + 4294967296) % 4294967296 - 2147483648)::text::xid8
    $$;

-- Every version below is visible in the snapshot, none above newest is; the snapshot decides about those between.
CREATE FUNCTION view_at.settled() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('fhir.view_settled')::bigint;

CREATE FUNCTION view_at.newest() RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('fhir.view_newest')::bigint;

CREATE FUNCTION view_at.snapshot() RETURNS pg_snapshot
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN current_setting('fhir.view_snapshot')::pg_snapshot;

-- Whether a version was committed at that instant. A row of resource is made by the transaction of its version and never rewritten by another;
-- pg_current_snapshot() knows nothing of subtransactions, so that writers must not use savepoints.
CREATE FUNCTION view_at.was_made(asked bigint) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM resource r WHERE r.rid = asked
            AND pg_visible_in_snapshot(full_xid(r.xmin, pg_snapshot_xmax(view_at.snapshot())), view_at.snapshot()))
        OR EXISTS (SELECT FROM past.resource p WHERE p.rid = asked AND pg_visible_in_snapshot(p.made, view_at.snapshot()));

-- Conditions stand outside of the UNION ALL: so PostgreSQL takes both tables for one whose indexes it merges.
CREATE VIEW view_at.resource AS
    SELECT v.rid, v.type, v.id, v.version, v.deleted, v.method, v.body
    FROM (
        SELECT r.rid, r.type, r.id, r.version, r.deleted, r.method, r.body, NULL::xid8 AS gone FROM resource r
        UNION ALL
        SELECT p.rid, p.type, p.id, p.version, false, p.method, (SELECT h.body FROM resource_history h WHERE h.rid = p.rid), p.gone FROM past.resource p) v
    WHERE v.rid <= view_at.newest() AND (v.rid < view_at.settled() OR view_at.was_made(v.rid))
        AND (v.gone IS NULL OR NOT pg_visible_in_snapshot(v.gone, view_at.snapshot()));

-- Gives every index table its past and its view, and makes the functions that go through all of them. Each migration that adds or changes an index table calls it at its end.
CREATE FUNCTION index_tables_changed() RETURNS void
    LANGUAGE plpgsql
    AS $make$
        DECLARE
            tables text[] := ARRAY(
                SELECT c.relname::text FROM pg_class c
                WHERE c.relkind = 'r' AND starts_with(c.relname, 'index_') AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'resource'::regclass)
                    AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'rid')
                ORDER BY c.relname);
            name text;
            key text;
            columns text;
            forgets text := '';
            past_forgets text := '';
            moves text := '';
        BEGIN
            FOREACH name IN ARRAY tables LOOP
                SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
                FROM pg_attribute WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped;

                IF to_regclass(format('view_at.%I', name)) IS NOT NULL THEN
                    EXECUTE format('DROP VIEW view_at.%I', name);
                END IF;

                EXECUTE format('CREATE TABLE IF NOT EXISTS past.%1$I (LIKE %1$I INCLUDING INDEXES INCLUDING STORAGE, gone xid8 NOT NULL DEFAULT pg_current_xact_id())', name);
                PERFORM index_past_column(name, attname, format_type(atttypid, atttypmod))
                FROM pg_attribute a WHERE attrelid = name::regclass AND attnum > 0 AND NOT attisdropped
                    AND NOT EXISTS (SELECT FROM pg_attribute k WHERE k.attrelid = format('past.%I', name)::regclass AND k.attname = a.attname);

                -- Until it has statistics, an index of rid alone in order looks as good as the postings of a hash; it is asked for single rids only.
                FOR key IN SELECT i.indexrelid::regclass::text FROM pg_index i WHERE i.indrelid = format('past.%I', name)::regclass AND i.indnatts = 1 AND NOT i.indisunique
                        AND i.indkey[0] = (SELECT attnum FROM pg_attribute WHERE attrelid = i.indrelid AND attname = 'rid') AND pg_get_indexdef(i.indexrelid) LIKE '%USING btree%' LOOP
                    EXECUTE format('DROP INDEX %s', key);
                    EXECUTE format('CREATE INDEX ON past.%I USING hash (rid)', name);
                END LOOP;

                EXECUTE format($view$
                    CREATE VIEW view_at.%1$I AS
                    SELECT %2$s
                    FROM (SELECT %2$s, NULL::xid8 AS gone FROM %1$I UNION ALL SELECT %2$s, gone FROM past.%1$I) v
                    WHERE v.rid <= view_at.newest() AND (v.rid < view_at.settled() OR view_at.was_made(v.rid))
                        AND (v.gone IS NULL OR NOT pg_visible_in_snapshot(v.gone, view_at.snapshot()))
                    $view$, name, columns);

                forgets := forgets || format('DELETE FROM %I WHERE rid = ANY (rids); ', name);
                past_forgets := past_forgets || format('DELETE FROM past.%I WHERE rid = ANY (rids); ', name);
                moves := moves || format('WITH gone AS (DELETE FROM %1$I WHERE rid = ANY (rids) RETURNING %2$s) INSERT INTO past.%1$I (%2$s) SELECT %2$s FROM gone; ', name, columns);
            END LOOP;

            -- Takes versions out of every index.
            EXECUTE format('CREATE OR REPLACE FUNCTION index_forget(rids bigint[]) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN %s END $f$', forgets);

            -- Takes versions out of the past.
            EXECUTE format('CREATE OR REPLACE FUNCTION past.forget(rids bigint[]) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN DELETE FROM past.resource WHERE rid = ANY (rids); %s END $f$', past_forgets);

            -- Moves the index rows of versions into the past.
            EXECUTE format('CREATE OR REPLACE FUNCTION past.take(rids bigint[]) RETURNS void LANGUAGE plpgsql AS $f$ BEGIN %s END $f$', moves);
        END
    $make$;

CREATE FUNCTION index_past_column(name text, attname name, type text) RETURNS void
    LANGUAGE plpgsql
    AS $$ BEGIN EXECUTE format('ALTER TABLE past.%I ADD COLUMN %I %s', name, attname, type); END $$;

SELECT index_tables_changed();

-- Takes versions that are superseded now out of every index: into the past while that is kept.
-- Who found that it is not kept holds the lock until he has committed, so that who turns the keeping on can wait for him.
CREATE FUNCTION index_supersede(rids bigint[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
        DECLARE
            kept timestamptz := (SELECT k.until FROM past.keeping k);
        BEGIN
            IF kept <= clock_timestamp() THEN
                PERFORM pg_advisory_xact_lock_shared(x'6d6670617374'::bigint);
                kept := (SELECT k.until FROM past.keeping k);
                IF kept <= clock_timestamp() THEN
                    PERFORM index_forget(rids);
                    RETURN;
                END IF;
            END IF;

            INSERT INTO past.resource (rid, type, id, version, method, made, gone, kept_until)
            SELECT r.rid, r.type, r.id, r.version, r.method, full_xid(r.xmin, pg_current_xact_id()), pg_current_xact_id(), kept
            FROM resource r WHERE r.rid = ANY (rids) AND NOT r.deleted;
            PERFORM past.take(rids);
        END
    $$;

-- From now on, and for that long, what is superseded is kept.
-- Returns whether writers under way may not know it yet; who then takes and leaves the lock of index_supersede in a transaction of its own has waited for them.
CREATE FUNCTION past.keep(lifetime interval) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
        DECLARE
            before timestamptz;
        BEGIN
            SELECT k.until INTO before FROM past.keeping k FOR UPDATE;
            IF before < clock_timestamp() + lifetime THEN
                UPDATE past.keeping SET until = clock_timestamp() + lifetime;
            END IF;

            RETURN before < clock_timestamp() + interval '10 seconds';
        END
    $$;

-- Takes away what no page link asks for any more, so many versions at most; some minutes late, for the sake of searches under way. Returns how many.
CREATE FUNCTION past.sweep(count integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
        DECLARE
            rids bigint[] := ARRAY(
                SELECT p.rid FROM past.resource p WHERE p.kept_until < clock_timestamp() - interval '5 minutes'
                ORDER BY p.kept_until LIMIT count FOR UPDATE SKIP LOCKED);
        BEGIN
            IF cardinality(rids) > 0 THEN
                PERFORM past.forget(rids);
            END IF;

            RETURN cardinality(rids);
        END
    $$;
