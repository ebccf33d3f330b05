-- A canonical without a version means the active version while the next one is a draft, in searches as elsewhere (PublicationPrecedence). Nothing else is changed.
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
        ORDER BY CASE state.low WHEN 'active' THEN 0 WHEN 'retired' THEN 2 ELSE 1 END, version_key(c.low) COLLATE "C" DESC NULLS LAST, u.rid DESC
        LIMIT 1
    $$;
