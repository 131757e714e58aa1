-- Browser and operating system of the impression, as part of the place. They are empty in all rows that were counted
-- before. No row of statistics is rewritten: only the key table has them.

-- First, as in V2, V4, V6 and V10: waits for the commits that are under way, and stops the writers of the version before,
-- which would give several places the same number.
LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE;
UPDATE ledger SET epoch = epoch + 1, writer_version = 6;
ALTER TABLE ledger
    DROP CONSTRAINT upgrade_stats_counter_to_write_here,
    ADD CONSTRAINT upgrade_stats_counter_to_write_here CHECK (writer_version >= 6);

COMMENT ON COLUMN ledger.writer_version IS
    'What its writer keeps. 2: campaign_total, campaign_spend. 3: stats_geo_*. 4: numbers in place of texts. 5: stats_delta. 6: browser, operating_system.';

ALTER TABLE stats_place_key
    DROP CONSTRAINT stats_place_key_publisher_exchange_country_device_key,
    ADD COLUMN browser text COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN operating_system text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE stats_place_key
    ALTER COLUMN browser DROP DEFAULT,
    ALTER COLUMN operating_system DROP DEFAULT,
    ADD UNIQUE (publisher, exchange, country, device, browser, operating_system);

-- The views of V10 with two more columns, behind all others: so they are replaced, and keep their grants.
DO $$
DECLARE
    step record;
    counts text := 'd.impressions, d.clicks, d.conversions, d.invalid_impressions, d.invalid_clicks,'
        ' d.invalid_conversions, d.spend_micros, d.revenue_micros';
    stored text := 'impressions, clicks, conversions, invalid_impressions, invalid_clicks, invalid_conversions,'
        ' spend_micros, revenue_micros';
    excess text := '0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, spend_micros, revenue_micros';
    delta text := 'coalesce(impressions, 0), coalesce(clicks, 0), coalesce(conversions, 0),'
        ' coalesce(invalid_impressions, 0), coalesce(invalid_clicks, 0), coalesce(invalid_conversions, 0),'
        ' coalesce(spend_micros, 0), coalesce(revenue_micros, 0)';
    -- %1$s: the view; %2$s: the length of a row.
    placed text := '(SELECT time, ad, place, ' || stored || ' FROM %1$s_data'
        ' UNION ALL SELECT time, ad, other, ' || excess || ' FROM stats_excess WHERE table_name = ''%1$s'''
        ' UNION ALL SELECT date_bin(''%2$s'', time, ''2000-01-01 00:00+00''), ad, place, ' || delta
        || ' FROM stats_delta) d';
BEGIN
    FOR step IN SELECT * FROM (VALUES ('minute', '1 minute'), ('hour', '1 hour'), ('day', '1 day')) AS s (name, length)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, p.exchange,'
            ' p.publisher, p.country, p.device, a.currency, %2$s, d.ad, d.place, p.browser, p.operating_system FROM %3$s'
            ' JOIN stats_place_key p ON p.id = d.place JOIN stats_ad_key a ON a.id = d.ad',
            step.name, counts, format(placed, 'stats_' || step.name, step.length));
    END LOOP;
END
$$;
