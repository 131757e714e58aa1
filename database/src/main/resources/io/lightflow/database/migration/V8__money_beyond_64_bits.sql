-- Money that a row of stats_*_data cannot hold, since its sum exceeds 64 bits. The views add it up with the rows, so
-- sum(spend_micros) is exact. Rows are only appended, and there are none unless amounts are absurd.
CREATE TABLE stats_excess (
    table_name text COLLATE "C" NOT NULL,
    time timestamptz NOT NULL,
    ad integer NOT NULL,
    other integer NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL
);

CREATE INDEX stats_excess_time ON stats_excess (table_name, time);

COMMENT ON TABLE stats_excess IS
    'Money of rows of stats_* that exceeds 64 bits, in the same transactions. Part of the views, to be summed up.';
COMMENT ON COLUMN stats_excess.table_name IS 'Name of the view, such as stats_minute.';
COMMENT ON COLUMN stats_excess.other IS 'Number of the place or of the geo; 0 in a table that has neither.';

DO $$
DECLARE
    step text;
    counts text := 'd.impressions, d.clicks, d.conversions, d.invalid_impressions, d.invalid_clicks,'
        ' d.invalid_conversions, d.spend_micros, d.revenue_micros';
    -- %1$s: the step; %2$s: the name of the other number.
    numbered text := '(SELECT time, ad, %2$s, impressions, clicks, conversions, invalid_impressions, invalid_clicks,'
        ' invalid_conversions, spend_micros, revenue_micros FROM stats_%1$s_data'
        ' UNION ALL SELECT time, ad, other, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,'
        ' spend_micros, revenue_micros FROM stats_excess WHERE table_name = ''stats_%1$s'') d';
    of_ads text := '(SELECT time, ad, impressions, clicks, conversions, invalid_impressions, invalid_clicks,'
        ' invalid_conversions, spend_micros, revenue_micros FROM stats_%1$s_data'
        ' UNION ALL SELECT time, ad, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,'
        ' spend_micros, revenue_micros FROM stats_excess WHERE table_name = ''stats_%1$s'') d';
BEGIN
    FOREACH step IN ARRAY ARRAY['minute', 'hour', 'day'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, p.exchange,'
            ' p.publisher, p.country, p.device, a.currency, %2$s, d.ad, d.place FROM %3$s'
            ' JOIN stats_place_key p ON p.id = d.place JOIN stats_ad_key a ON a.id = d.ad',
            step, counts, format(numbered, step, 'place'));
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_geo_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, k.country,'
            ' k.region, k.data_center, a.currency, %2$s, d.geo, d.ad FROM %3$s'
            ' JOIN stats_geo_key k ON k.id = d.geo JOIN stats_ad_key a ON a.id = d.ad',
            step, counts, format(numbered, 'geo_' || step, 'geo'));
    END LOOP;
    FOREACH step IN ARRAY ARRAY['creative_minute', 'creative_ten_minutes'] LOOP
        EXECUTE format(
            'CREATE OR REPLACE VIEW stats_%1$s AS SELECT d.time, a.campaign, a.creative, a.advertiser, a.currency, %2$s,'
            ' d.ad FROM %3$s JOIN stats_ad_key a ON a.id = d.ad',
            step, counts, format(of_ads, step));
    END LOOP;
END
$$;
