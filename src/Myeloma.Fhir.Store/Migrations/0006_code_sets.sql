-- The codes of value sets and of branches of code systems, for searches that join them with postings. Why it looks like this: src/decisions/code-sets.md.

-- A set as of some state of the terminology. Of one name there may be several, an earlier one for those who search by it at the moment.
CREATE TABLE code_set (
    id          bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key         bytea       NOT NULL,
    fingerprint bytea       NOT NULL,
    name        text        COLLATE "C" NOT NULL,
    generation  bigint      NOT NULL,
    size        integer     NOT NULL,
    used        timestamptz NOT NULL,
    UNIQUE (key, fingerprint)
);
CREATE INDEX code_set_used ON code_set (used);

-- hash # (the key of a parameter) is the hash of index_token and index_token_item, see PostingHash.
CREATE TABLE code_set_member (
    set_id bigint NOT NULL,
    hash   bigint NOT NULL,
    PRIMARY KEY (set_id, hash)
);

-- Postings have another hash from here on. Those that are stored are made anew at the next start, and nothing is searched by them before.
UPDATE search_parameter SET status = 'pending' WHERE resource_type IN (SELECT stored_types());
