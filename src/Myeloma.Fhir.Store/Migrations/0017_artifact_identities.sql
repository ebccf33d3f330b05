-- Which current resource has a url and version. Why it looks like this: src/decisions/artifact-lifecycle.md.

-- hash is the SHA-256 of url, line feed and version. What was stored twice before this table was there is doubled, and stays so until the other one gives the identity up.
CREATE TABLE artifact_identity (
    type    text    COLLATE "C" NOT NULL,
    id      text    COLLATE "C" NOT NULL,
    hash    bytea   NOT NULL,
    doubled boolean NOT NULL,
    PRIMARY KEY (type, id)
);
CREATE UNIQUE INDEX artifact_identity_unique ON artifact_identity (type, hash) WHERE NOT doubled;
CREATE INDEX artifact_identity_hash ON artifact_identity (type, hash);

-- Null where there is no url with a version, and where the text is none that PostgreSQL can read.
CREATE FUNCTION artifact_identity_of(body bytea, by_extension boolean) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE
    AS $$
        DECLARE
            resource json;
            url text;
            version text;
        BEGIN
            resource := convert_from(body, 'UTF8')::json;
            IF by_extension THEN
                SELECT coalesce(e->>'valueUri', e->>'valueUrl', e->>'valueCanonical') INTO url
                FROM json_array_elements(resource->'extension') WITH ORDINALITY AS x(e, at)
                WHERE e->>'url' = 'http://hl7.org/fhir/StructureDefinition/artifact-url' ORDER BY at LIMIT 1;
                SELECT e->>'valueString' INTO version
                FROM json_array_elements(resource->'extension') WITH ORDINALITY AS x(e, at)
                WHERE e->>'url' = 'http://hl7.org/fhir/StructureDefinition/artifact-version' ORDER BY at LIMIT 1;
            ELSE
                url := resource->>'url';
                version := resource->>'version';
            END IF;
            RETURN sha256(convert_to(url || E'\n' || version, 'UTF8'));
        EXCEPTION WHEN OTHERS THEN
            RETURN NULL;
        END
    $$;

-- Of those that are stored twice already, the one written first has the identity.
INSERT INTO artifact_identity
SELECT type, id, hash, row_number() OVER (PARTITION BY type, hash ORDER BY rid) > 1
FROM (
    SELECT r.rid, r.type, r.id, artifact_identity_of(r.body, r.type IN ('Group', 'Location', 'Medication', 'MedicationKnowledge', 'NamingSystem', 'Substance')) AS hash
    FROM resource r
    WHERE NOT r.deleted AND r.type IN (
        'ActivityDefinition', 'CapabilityStatement', 'ChargeItemDefinition', 'CodeSystem', 'CompartmentDefinition', 'ConceptMap', 'EffectEvidenceSynthesis', 'EventDefinition', 'Evidence',
        'EvidenceVariable', 'ExampleScenario', 'GraphDefinition', 'ImplementationGuide', 'Library', 'Measure', 'MessageDefinition', 'OperationDefinition', 'PlanDefinition', 'Questionnaire',
        'ResearchDefinition', 'ResearchElementDefinition', 'RiskEvidenceSynthesis', 'SearchParameter', 'StructureDefinition', 'StructureMap', 'TerminologyCapabilities', 'TestScript', 'ValueSet',
        'Group', 'Location', 'Medication', 'MedicationKnowledge', 'NamingSystem', 'Substance')) AS known
WHERE hash IS NOT NULL;

DROP FUNCTION artifact_identity_of;
