-- The rows of a content are written once, in one go, and only ever read or removed all together: places in B-trees cost an import more than they gave.
-- A content lies in neighbouring pages, which is all that has to be known of it. Why: src/decisions/concept-rows.md.

ALTER TABLE concept DROP CONSTRAINT concept_pkey;
ALTER TABLE concept_designation DROP CONSTRAINT concept_designation_pkey;
ALTER TABLE concept_property DROP CONSTRAINT concept_property_pkey;
CREATE INDEX concept_content_pages ON concept USING brin (content_id) WITH (autosummarize = on);
CREATE INDEX concept_designation_content_pages ON concept_designation USING brin (content_id) WITH (autosummarize = on);
CREATE INDEX concept_property_content_pages ON concept_property USING brin (content_id) WITH (autosummarize = on);
