-- Statistics by region and data center, in tables of their own: with all dimensions in one table, nearly every event
-- would have a row. See reports/STATISTICS.md.

-- First, as in V2: waits for the commits that are under way, and stops the writers of the version before, which would
-- not write the tables below.
LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE;
UPDATE ledger SET epoch = epoch + 1, writer_version = 3;
ALTER TABLE ledger ADD CONSTRAINT upgrade_stats_counter_to_write_here CHECK (writer_version >= 3);

COMMENT ON COLUMN ledger.writer_version IS
    'What its writer keeps besides stats_minute, stats_hour and stats_day. 2: campaign_total, campaign_spend. 3: stats_geo_*.';

-- Numbers stand for the texts in the tables that are written all the time: half as wide, and half the cost.
CREATE TABLE stats_ad_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text COLLATE "C" NOT NULL,
    creative text COLLATE "C" NOT NULL,
    advertiser text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    UNIQUE (creative, campaign, advertiser, currency)
);

CREATE TABLE stats_geo_key (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    country text COLLATE "C" NOT NULL,
    region text COLLATE "C" NOT NULL,
    data_center text COLLATE "C" NOT NULL,
    UNIQUE (country, region, data_center)
);

CREATE INDEX stats_ad_key_campaign ON stats_ad_key (campaign);

COMMENT ON TABLE stats_ad_key IS 'What the numbers in stats_geo_*_data stand for. Never change or delete a row.';
COMMENT ON TABLE stats_geo_key IS 'What the numbers in stats_geo_*_data stand for. Never change or delete a row.';

-- By place first, for the most popular ads there; the index is for an ad or a campaign.
CREATE TABLE stats_geo_minute_data (
    time timestamptz NOT NULL,
    geo integer NOT NULL,
    ad integer NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    invalid_impressions bigint NOT NULL,
    invalid_clicks bigint NOT NULL,
    invalid_conversions bigint NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    PRIMARY KEY (time, geo, ad)
) PARTITION BY RANGE (time);

CREATE INDEX stats_geo_minute_data_ad ON stats_geo_minute_data (time, ad);

CREATE TABLE stats_geo_hour_data (LIKE stats_geo_minute_data INCLUDING ALL) PARTITION BY RANGE (time);
CREATE TABLE stats_geo_day_data (LIKE stats_geo_minute_data INCLUDING ALL) PARTITION BY RANGE (time);

DO $$
DECLARE
    step text;
BEGIN
    FOREACH step IN ARRAY ARRAY['minute', 'hour', 'day'] LOOP
        EXECUTE format(
            'CREATE VIEW stats_geo_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, k.country, k.region,'
            ' k.data_center, a.currency, d.impressions, d.clicks, d.conversions, d.invalid_impressions,'
            ' d.invalid_clicks, d.invalid_conversions, d.spend_micros, d.revenue_micros, d.geo, d.ad'
            ' FROM stats_geo_%1$s_data d JOIN stats_geo_key k ON k.id = d.geo'
            ' JOIN stats_ad_key a ON a.id = d.ad',
            step);
    END LOOP;
END
$$;

COMMENT ON VIEW stats_geo_minute IS
    'The events of stats_minute by country, region and data center of the impression, in the same transactions.';
COMMENT ON VIEW stats_geo_hour IS 'stats_geo_minute summed by hour (UTC), in the same transactions.';
COMMENT ON VIEW stats_geo_day IS 'stats_geo_minute summed by day (UTC), in the same transactions.';

-- What was counted before has no region. Whatever was counted has a row, so nothing that is later than all rows was.
COMMENT ON TABLE stats_kept IS
    'The rows of a table are complete from kept_from on: none was dropped, and all events were counted. A table that is not here is complete.';

INSERT INTO stats_kept
SELECT name, first_complete
FROM (
    SELECT coalesce(
        (SELECT max(time) + interval '1 minute' FROM stats_minute),
        (SELECT max(time) + interval '1 hour' FROM stats_hour),
        (SELECT max(time) + interval '24 hours' FROM stats_day)) AS since
) AS counted
CROSS JOIN LATERAL (VALUES
    ('stats_geo_minute', since),
    ('stats_geo_hour', date_bin('1 hour', since + interval '59 minutes', '2000-01-01 00:00+00')),
    ('stats_geo_day', date_bin('1 day', since + interval '23 hours 59 minutes', '2000-01-01 00:00+00'))
) AS tables (name, first_complete)
WHERE since IS NOT NULL;
