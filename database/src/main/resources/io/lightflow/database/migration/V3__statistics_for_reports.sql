-- What makes reports fast, and honest about what is kept no more. See reports/README.md.
--
-- No index holds counts: an upsert that changes an indexed column rewrites every index entry of the row, and these
-- rows are changed with every commit.

-- Stop stats-counter of the version before while this runs: it does not write these tables.
CREATE TABLE stats_creative_minute (
    time timestamptz NOT NULL,
    campaign text COLLATE "C" NOT NULL,
    creative text COLLATE "C" NOT NULL,
    advertiser text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    invalid_impressions bigint NOT NULL,
    invalid_clicks bigint NOT NULL,
    invalid_conversions bigint NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    PRIMARY KEY (time, campaign, creative, advertiser, currency)
) PARTITION BY RANGE (time);

COMMENT ON TABLE stats_creative_minute IS
    'stats_minute summed over exchange, publisher, country and device, in the same transactions.';

CREATE TABLE stats_creative_ten_minutes (LIKE stats_creative_minute INCLUDING ALL) PARTITION BY RANGE (time);

COMMENT ON TABLE stats_creative_ten_minutes IS
    'stats_creative_minute summed by ten minutes, in the same transactions.';

DO $$
DECLARE
    minutes record;
    target text;
    sums text := ' campaign, creative, advertiser, currency, sum(impressions), sum(clicks), sum(conversions),'
        ' sum(invalid_impressions), sum(invalid_clicks), sum(invalid_conversions), sum(spend_micros),'
        ' sum(revenue_micros) FROM %s GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5';
BEGIN
    LOCK TABLE stats_minute IN SHARE MODE;
    FOR minutes IN
        SELECT c.oid::regclass AS name, c.relname, pg_get_expr(c.relpartbound, c.oid) AS bound
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'stats_minute'::regclass
        ORDER BY c.relname
    LOOP
        target := replace(minutes.relname, 'stats_minute', 'stats_creative_minute');
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF stats_creative_minute %s WITH (fillfactor = 90)', target, minutes.bound);
        EXECUTE format('INSERT INTO %I SELECT time,' || sums, target, minutes.name);
        target := replace(minutes.relname, 'stats_minute', 'stats_creative_ten_minutes');
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF stats_creative_ten_minutes %s WITH (fillfactor = 50)', target, minutes.bound);
        EXECUTE format(
            'INSERT INTO %I SELECT date_bin(''10 minutes'', time, ''2000-01-01 00:00+00''),' || sums,
            target, minutes.name);
    END LOOP;
END
$$;

-- The campaigns of an ad: with them, its rows of any table are found by the beginning of the primary key. Few rows,
-- and one entry for each row's first event of a day.
CREATE INDEX stats_day_creative ON stats_day (creative);

-- Written with every drop of partitions, in its transaction, so that "no rows" can be told from "kept no more".
CREATE TABLE stats_kept (
    table_name text PRIMARY KEY,
    kept_from timestamptz NOT NULL
);

COMMENT ON TABLE stats_kept IS 'Rows from kept_from on were never dropped; a table that is not here is complete.';

-- Partitions that were dropped before this table was there: the finer table begins later than the coarser one.
INSERT INTO stats_kept
SELECT finer, kept_from
FROM (VALUES
    ('stats_minute',
        (SELECT coalesce(date_trunc('day', min(time), 'UTC'), 'infinity') FROM stats_minute),
        (SELECT min(time) FROM stats_hour)),
    ('stats_creative_minute',
        (SELECT coalesce(date_trunc('day', min(time), 'UTC'), 'infinity') FROM stats_minute),
        (SELECT min(time) FROM stats_hour)),
    ('stats_creative_ten_minutes',
        (SELECT coalesce(date_trunc('day', min(time), 'UTC'), 'infinity') FROM stats_minute),
        (SELECT min(time) FROM stats_hour)),
    ('stats_hour',
        (SELECT coalesce(date_trunc('month', min(time), 'UTC'), 'infinity') FROM stats_hour),
        (SELECT min(time) FROM stats_day))
) AS tables (finer, first_kept, coarser_from)
CROSS JOIN LATERAL (
    SELECT least(first_kept, (SELECT date_trunc('day', max(time), 'UTC') + interval '1 day' FROM stats_day)) AS kept_from
) AS found
WHERE coarser_from < kept_from;
