-- Rows of small commits, appended as they come and merged into stats_*_data later. A commit of a second would otherwise
-- update a row in each of eight tables for nearly every event.

-- First, as in V2, V4 and V6: waits for the commits that are under way, and stops the writers of the version before.
LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE;
UPDATE ledger SET epoch = epoch + 1, writer_version = 5;
ALTER TABLE ledger
    DROP CONSTRAINT upgrade_stats_counter_to_write_here,
    ADD CONSTRAINT upgrade_stats_counter_to_write_here CHECK (writer_version >= 5);

COMMENT ON COLUMN ledger.writer_version IS
    'What its writer keeps. 2: campaign_total, campaign_spend. 3: stats_geo_*. 4: numbers in place of texts. 5: stats_delta.';

-- A count of null is 0: most rows have impressions only, and are half as wide. There is no index: rows are appended,
-- read as a whole, and deleted by the merge. Vacuum keeps the pages, since readers would wait for it to return them.
CREATE TABLE stats_delta (
    time timestamptz NOT NULL,
    ad integer NOT NULL,
    place integer NOT NULL,
    geo integer NOT NULL,
    impressions bigint,
    clicks bigint,
    conversions bigint,
    invalid_impressions bigint,
    invalid_clicks bigint,
    invalid_conversions bigint,
    spend_micros bigint,
    revenue_micros bigint
) WITH (vacuum_truncate = off);

COMMENT ON TABLE stats_delta IS
    'Minute rows of recent small commits, which stats_*_data do not contain yet. Part of the views, to be summed up. The merge moves them in one transaction.';

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
    -- %1$s: the view; %2$s: the name of the other number; %3$s: the length of a row.
    numbered text := '(SELECT time, ad, %2$s, ' || stored || ' FROM %1$s_data'
        ' UNION ALL SELECT time, ad, other, ' || excess || ' FROM stats_excess WHERE table_name = ''%1$s'''
        ' UNION ALL SELECT date_bin(''%3$s'', time, ''2000-01-01 00:00+00''), ad, %2$s, ' || delta
        || ' FROM stats_delta) d';
    of_ads text := '(SELECT time, ad, ' || stored || ' FROM %1$s_data'
        ' UNION ALL SELECT time, ad, ' || excess || ' FROM stats_excess WHERE table_name = ''%1$s'''
        ' UNION ALL SELECT date_bin(''%2$s'', time, ''2000-01-01 00:00+00''), ad, ' || delta
        || ' FROM stats_delta) d';
BEGIN
    FOR step IN SELECT * FROM (VALUES ('minute', '1 minute'), ('hour', '1 hour'), ('day', '1 day')) AS s (name, length)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, p.exchange,'
            ' p.publisher, p.country, p.device, a.currency, %2$s, d.ad, d.place FROM %3$s'
            ' JOIN stats_place_key p ON p.id = d.place JOIN stats_ad_key a ON a.id = d.ad',
            step.name, counts, format(numbered, 'stats_' || step.name, 'place', step.length));
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_geo_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, k.country,'
            ' k.region, k.data_center, a.currency, %2$s, d.geo, d.ad FROM %3$s'
            ' JOIN stats_geo_key k ON k.id = d.geo JOIN stats_ad_key a ON a.id = d.ad',
            step.name, counts, format(numbered, 'stats_geo_' || step.name, 'geo', step.length));
    END LOOP;
    FOR step IN SELECT * FROM (VALUES ('minute', '1 minute'), ('ten_minutes', '10 minutes')) AS s (name, length)
    LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_creative_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser,'
            ' a.currency, %2$s, d.ad FROM %3$s JOIN stats_ad_key a ON a.id = d.ad',
            step.name, counts, format(of_ads, 'stats_creative_' || step.name, step.length));
    END LOOP;
END
$$;
