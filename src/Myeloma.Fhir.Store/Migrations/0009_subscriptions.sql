-- What the server keeps of Subscriptions beside the resources themselves. Why it looks like this: src/decisions/subscriptions.md.

-- How far a subscription is. version is that of the resource as of which the row holds; another one there is a change that is still to be followed.
CREATE TABLE subscription (
    id            text        COLLATE "C" NOT NULL PRIMARY KEY,
    version       integer     NOT NULL,
    state         text        NOT NULL CHECK (state IN ('requested', 'active', 'error', 'off')),
    channel       text,
    resource_type text        COLLATE "C",
    until         timestamptz,
    -- Versions with a lower rid are looked at; null: begins anew when it is asked for.
    watermark     bigint,
    delivered     bigint      NOT NULL DEFAULT 0,
    failures      integer     NOT NULL DEFAULT 0,
    last_delivery timestamptz,
    last_failure  timestamptz,
    last_error    text,
    retry_at      timestamptz NOT NULL DEFAULT '-infinity'
);

-- Versions that match and are not delivered yet, in the order of their rids.
CREATE TABLE subscription_notification (
    subscription_id text   COLLATE "C" NOT NULL REFERENCES subscription ON DELETE CASCADE,
    rid             bigint NOT NULL,
    PRIMARY KEY (subscription_id, rid)
);

-- The server that looks for matches and delivers: one at a time, until that instant.
CREATE TABLE subscription_lease (
    one    boolean     NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
    holder text        NOT NULL,
    until  timestamptz NOT NULL
);
