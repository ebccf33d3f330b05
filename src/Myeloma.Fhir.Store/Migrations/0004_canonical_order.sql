-- Searches follow a canonical to the same version as validation does: the one it names, else the highest that is not retired, else the highest.
-- The order is that of BusinessVersionOrder; src/decisions/clarifications.md tells it.

-- Parts of a version, each by itself comparable as bytes: numbers by value before words, fewer parts before more.
CREATE FUNCTION version_parts_key(parts text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT string_agg(
            CASE WHEN part ~ '^[0-9]+$' THEN '1' || lpad(length(ltrim(part, '0'))::text, 4, '0') || ltrim(part, '0') ELSE '2' || part END || E'\x01',
            '' ORDER BY at)
        FROM unnest(string_to_array(replace(parts, '-', '.'), '.')) WITH ORDINALITY AS p(part, at)
    $$;

-- What follows a plus sign is about the build. A label after a hyphen is before the release it leads to; in a version without dots hyphens part a date.
CREATE OR REPLACE FUNCTION version_key(version text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE
            WHEN plain !~ '-' OR (plain ~ '^[^-]*-[0-9]' AND plain !~ '\.') THEN version_parts_key(plain) || '"'
            WHEN plain ~ '-$' AND plain !~ '-.*-' THEN version_parts_key(rtrim(plain, '-')) || '"'
            ELSE version_parts_key(split_part(plain, '-', 1)) || '!' || version_parts_key(substr(plain, strpos(plain, '-') + 1)) END
        FROM (SELECT split_part(version, '+', 1) AS plain) AS v
    $$;

CREATE OR REPLACE FUNCTION canonical_target(wanted_hash bigint, wanted_url text, wanted_version text, wanted_type text) RETURNS TABLE (rid bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
        SELECT u.rid
        FROM index_uri u
        JOIN search_parameter p ON p.id = u.parameter_id AND p.code = 'url'
        LEFT JOIN search_parameter v ON v.resource_type = p.resource_type AND v.code = 'version'
        LEFT JOIN index_code c ON c.rid = u.rid AND c.parameter_id = v.id
        LEFT JOIN search_parameter s ON s.resource_type = p.resource_type AND s.code = 'status'
        LEFT JOIN index_code state ON state.rid = u.rid AND state.parameter_id = s.id
        WHERE u.value_hash = wanted_hash AND u.value = wanted_url COLLATE "C"
            AND (wanted_version IS NULL OR c.low = wanted_version COLLATE "C")
            AND (wanted_type IS NULL OR p.resource_type = wanted_type)
        ORDER BY coalesce(state.low = 'retired', false), version_key(c.low) COLLATE "C" DESC NULLS LAST, u.rid DESC
        LIMIT 1
    $$;
