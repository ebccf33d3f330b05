-- The words of a resource: of its narrative for _text, of all its texts for _content. The server takes texts apart, PostgreSQL keeps and finds the words.
CREATE TABLE index_text (
    rid       bigint   NOT NULL PRIMARY KEY,
    narrative tsvector,
    content   tsvector
);
CREATE INDEX index_text_narrative ON index_text USING gin (narrative);
CREATE INDEX index_text_content ON index_text USING gin (content);

CREATE OR REPLACE FUNCTION index_forget(rids bigint[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM index_token WHERE rid = ANY (rids);
        DELETE FROM index_token_item WHERE rid = ANY (rids);
        DELETE FROM index_text WHERE rid = ANY (rids);
        DELETE FROM index_code WHERE rid = ANY (rids);
        DELETE FROM index_string WHERE rid = ANY (rids);
        DELETE FROM index_reference WHERE rid = ANY (rids);
        DELETE FROM index_uri WHERE rid = ANY (rids);
        DELETE FROM index_date WHERE rid = ANY (rids);
        DELETE FROM index_number WHERE rid = ANY (rids);
        DELETE FROM index_quantity WHERE rid = ANY (rids);
    $$;
