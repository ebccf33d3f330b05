-- Values of composite parameters: every row tells the element of the resource it was read in, so that two rows can be asked to come from one.

-- Postings of components that are tokens; the hashes are those of index_token under the component's own parameter.
CREATE TABLE index_token_item (
    hash bigint  NOT NULL,
    rid  bigint  NOT NULL,
    item integer NOT NULL,
    PRIMARY KEY (hash, rid, item)
);
CREATE INDEX index_token_item_rid ON index_token_item (rid);
ALTER TABLE index_token_item ALTER COLUMN hash SET STATISTICS 1000;

ALTER TABLE index_string ADD COLUMN item integer;
ALTER TABLE index_reference ADD COLUMN item integer;
ALTER TABLE index_uri ADD COLUMN item integer;
ALTER TABLE index_date ADD COLUMN item integer;
ALTER TABLE index_number ADD COLUMN item integer;
ALTER TABLE index_quantity ADD COLUMN item integer;

CREATE OR REPLACE FUNCTION index_forget(rids bigint[]) RETURNS void
    LANGUAGE sql
    AS $$
        DELETE FROM index_token WHERE rid = ANY (rids);
        DELETE FROM index_token_item WHERE rid = ANY (rids);
        DELETE FROM index_code WHERE rid = ANY (rids);
        DELETE FROM index_string WHERE rid = ANY (rids);
        DELETE FROM index_reference WHERE rid = ANY (rids);
        DELETE FROM index_uri WHERE rid = ANY (rids);
        DELETE FROM index_date WHERE rid = ANY (rids);
        DELETE FROM index_number WHERE rid = ANY (rids);
        DELETE FROM index_quantity WHERE rid = ANY (rids);
    $$;
