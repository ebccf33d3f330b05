-- Which server may answer reads from its memory. Why it looks like this: src/decisions/hot-bodies.md.

-- One row. Who holds it has every write of others wait until the lease has run out; who was made to give it up is barred for a while, and so is everyone.
CREATE TABLE hot_lease (
    holder       text        COLLATE "C" NOT NULL,
    until        timestamptz NOT NULL,
    barred_until timestamptz NOT NULL
);
INSERT INTO hot_lease VALUES ('', '-infinity', '-infinity');

-- Takes the lease, or goes on with it. Returns null when another has it or all are barred, else whether it was held without a break.
CREATE FUNCTION hot_lease_renew(server text, duration interval) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
        DECLARE
            lease hot_lease;
        BEGIN
            SELECT * INTO lease FROM hot_lease FOR UPDATE;
            IF lease.barred_until > clock_timestamp() OR (lease.holder <> server AND lease.until > clock_timestamp()) THEN
                RETURN NULL;
            END IF;

            UPDATE hot_lease SET holder = server, until = clock_timestamp() + duration;
            RETURN lease.holder = server AND lease.until > clock_timestamp();
        END
    $$;
