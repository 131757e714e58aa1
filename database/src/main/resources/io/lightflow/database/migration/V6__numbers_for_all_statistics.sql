-- Numbers in place of texts in all statistics, as the tables of V4 have them: rows and indexes are half as wide. What was
-- a table is a view of the same name and columns, so that questions go on to work. Whoever is to read needs its grants
-- again, and views of one's own upon these tables must be dropped before, and made again afterwards.
--
-- What it costs: while it runs, nothing is counted and nobody reads. Seen on two cores, it takes 7 s for each million of
-- minute rows with as many by region. Until it is committed, the disk holds all statistics twice, and the log once more.
-- It takes some eighty locks for each day of minutes: with more than a hundred days, max_locks_per_transaction has to be
-- more than the default of 64, or it ends as it began, with "out of shared memory". What need not be kept, retention can
-- drop before.

-- First, as in V2 and V4: waits for the commits that are under way, and stops the writers of the version before, which
-- would not find the tables. They may still be numbering ads, in transactions of their own. Readers are waited for now,
-- and not when all is done.
LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE;
UPDATE ledger SET epoch = epoch + 1, writer_version = 4;
ALTER TABLE ledger
    DROP CONSTRAINT upgrade_stats_counter_to_write_here,
    ADD CONSTRAINT upgrade_stats_counter_to_write_here CHECK (writer_version >= 4);
LOCK TABLE stats_ad_key IN SHARE ROW EXCLUSIVE MODE;
LOCK TABLE stats_minute, stats_creative_minute, stats_creative_ten_minutes, stats_hour, stats_day,
    stats_geo_minute_data, stats_geo_hour_data, stats_geo_day_data IN ACCESS EXCLUSIVE MODE;

COMMENT ON COLUMN ledger.writer_version IS
    'What its writer keeps. 2: campaign_total, campaign_spend. 3: stats_geo_*. 4: numbers in place of texts.';

CREATE TABLE stats_place_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    exchange text COLLATE "C" NOT NULL,
    publisher text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    device text COLLATE "C" NOT NULL,
    UNIQUE (publisher, exchange, country, device)
);

COMMENT ON TABLE stats_ad_key IS 'What the numbers in stats_*_data stand for. Never change or delete a row.';
COMMENT ON TABLE stats_place_key IS 'What the numbers in stats_*_data stand for. Never change or delete a row.';
COMMENT ON TABLE stats_geo_key IS 'What the numbers in stats_*_data stand for. Never change or delete a row.';

CREATE TABLE stats_minute_data (
    time timestamptz NOT NULL,
    ad integer NOT NULL,
    place integer NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    invalid_impressions bigint NOT NULL,
    invalid_clicks bigint NOT NULL,
    invalid_conversions bigint NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    PRIMARY KEY (time, ad, place)
) PARTITION BY RANGE (time);

CREATE TABLE stats_hour_data (LIKE stats_minute_data INCLUDING ALL) PARTITION BY RANGE (time);
CREATE TABLE stats_day_data (LIKE stats_minute_data INCLUDING ALL) PARTITION BY RANGE (time);

CREATE TABLE stats_creative_minute_data (
    time timestamptz NOT NULL,
    ad integer NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    invalid_impressions bigint NOT NULL,
    invalid_clicks bigint NOT NULL,
    invalid_conversions bigint NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    PRIMARY KEY (time, ad)
) PARTITION BY RANGE (time);

CREATE TABLE stats_creative_ten_minutes_data (LIKE stats_creative_minute_data INCLUDING ALL) PARTITION BY RANGE (time);

-- For what follows. Statistics of the old tables mislead the planner: the texts of a key depend on each other.
SET LOCAL work_mem = '128MB';
SET LOCAL maintenance_work_mem = '256MB';
SET LOCAL enable_nestloop = off;
SET LOCAL enable_mergejoin = off;

CREATE TEMPORARY TABLE lightflow_partition ON COMMIT DROP AS
SELECT t.*, c.oid::regclass AS partition, replace(c.relname, t.name, t.name || '_data') AS target,
    pg_get_expr(c.relpartbound, c.oid) AS bound
FROM (VALUES
    (1, 'stats_day', true, 50),
    (2, 'stats_hour', true, 50),
    (3, 'stats_creative_ten_minutes', false, 50),
    (4, 'stats_creative_minute', false, 90),
    (5, 'stats_minute', true, 90)
) AS t (ordinal, name, has_places, fill)
JOIN pg_inherits i ON i.inhparent = t.name::regclass
JOIN pg_class c ON c.oid = i.inhrelid;

-- Those of the days come first, so that ads of a campaign have numbers, and rows, that are close together.
DO $$
DECLARE
    old record;
    ad text := 'campaign, creative, advertiser, currency';
    place text := 'exchange, publisher, country, device';
    number text := 'INSERT INTO %1$s (%2$s) SELECT %2$s FROM %3$s EXCEPT SELECT %2$s FROM %1$s ORDER BY %2$s';
BEGIN
    FOR old IN SELECT * FROM lightflow_partition ORDER BY ordinal, target LOOP
        EXECUTE format(number, 'stats_ad_key', ad, old.partition);
        IF old.has_places THEN
            EXECUTE format(number, 'stats_place_key', place, old.partition);
        END IF;
    END LOOP;
END
$$;

ANALYZE stats_ad_key, stats_place_key;

-- A row whose number were missing would not be left out: it would fail, since there is no null.
DO $$
DECLARE
    old record;
    counts text := 'impressions, clicks, conversions, invalid_impressions, invalid_clicks, invalid_conversions,'
        ' spend_micros, revenue_micros';
    ad text := ' LEFT JOIN stats_ad_key a USING (campaign, creative, advertiser, currency)';
    place text := ' LEFT JOIN stats_place_key p USING (exchange, publisher, country, device)';
BEGIN
    FOR old IN SELECT * FROM lightflow_partition ORDER BY ordinal, target LOOP
        EXECUTE format(
            'CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS) WITH (fillfactor = %s)',
            old.target, old.name || '_data', old.fill);
        IF old.has_places THEN
            EXECUTE format('INSERT INTO %I SELECT time, a.id, p.id, %s FROM %s %s %s ORDER BY time, a.id, p.id',
                old.target, counts, old.partition, ad, place);
            EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (time, ad, place)', old.target);
        ELSE
            EXECUTE format('INSERT INTO %I SELECT time, a.id, %s FROM %s %s ORDER BY time, a.id',
                old.target, counts, old.partition, ad);
            EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (time, ad)', old.target);
        END IF;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I %s', old.name || '_data', old.target, old.bound);
    END LOOP;
END
$$;

DROP TABLE stats_minute, stats_hour, stats_day, stats_creative_minute, stats_creative_ten_minutes;

-- The rows by region, too, are found by time and ad first, and those of a place are found elsewhere: one order, and one
-- index, for all tables.
DROP INDEX stats_geo_minute_data_ad, stats_geo_hour_data_time_ad_idx, stats_geo_day_data_time_ad_idx;

DO $$
DECLARE
    name text;
    ordered record;
BEGIN
    FOREACH name IN ARRAY ARRAY['stats_geo_minute_data', 'stats_geo_hour_data', 'stats_geo_day_data'] LOOP
        EXECUTE format(
            'ALTER TABLE %1$I DROP CONSTRAINT %1$s_pkey, ADD CONSTRAINT %1$s_pkey PRIMARY KEY (time, ad, geo)', name);
        FOR ordered IN
            SELECT i.indrelid::regclass AS partition, c.relname AS key
            FROM pg_inherits h JOIN pg_index i ON i.indrelid = h.inhrelid JOIN pg_class c ON c.oid = i.indexrelid
            WHERE h.inhparent = name::regclass
        LOOP
            EXECUTE format('CLUSTER %s USING %I', ordered.partition, ordered.key);
        END LOOP;
    END LOOP;
END
$$;

DO $$
DECLARE
    step text;
    counts text := 'd.impressions, d.clicks, d.conversions, d.invalid_impressions, d.invalid_clicks,'
        ' d.invalid_conversions, d.spend_micros, d.revenue_micros';
BEGIN
    FOREACH step IN ARRAY ARRAY['minute', 'hour', 'day'] LOOP
        EXECUTE format(
            'CREATE VIEW stats_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, p.exchange, p.publisher,'
            ' p.country, p.device, a.currency, %2$s, d.ad, d.place FROM stats_%1$s_data d'
            ' JOIN stats_place_key p ON p.id = d.place JOIN stats_ad_key a ON a.id = d.ad',
            step, counts);
    END LOOP;
    FOREACH step IN ARRAY ARRAY['minute', 'ten_minutes'] LOOP
        EXECUTE format(
            'CREATE VIEW stats_creative_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, a.currency, %2$s,'
            ' d.ad FROM stats_creative_%1$s_data d JOIN stats_ad_key a ON a.id = d.ad',
            step, counts);
    END LOOP;
END
$$;

COMMENT ON VIEW stats_minute IS 'Counts and money by minute (UTC). Money in micros of the currency; never add up currencies.';
COMMENT ON VIEW stats_hour IS 'stats_minute summed by hour (UTC), in the same transactions.';
COMMENT ON VIEW stats_day IS 'stats_minute summed by day (UTC), in the same transactions.';
COMMENT ON VIEW stats_creative_minute IS
    'stats_minute summed over exchange, publisher, country and device, in the same transactions.';
COMMENT ON VIEW stats_creative_ten_minutes IS
    'stats_creative_minute summed by ten minutes, in the same transactions.';

ANALYZE stats_minute_data, stats_hour_data, stats_day_data, stats_creative_minute_data,
    stats_creative_ten_minutes_data, stats_geo_minute_data, stats_geo_hour_data, stats_geo_day_data;
