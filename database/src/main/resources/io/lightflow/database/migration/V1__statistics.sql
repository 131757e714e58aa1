-- Statistics, the ledger that is committed with them, and campaigns.
--
-- Partitions are made by the sink when rows for them come. Text is compared as bytes (COLLATE "C"): ids need no
-- language's order, and it is several times cheaper.

CREATE TABLE stats_minute (
    time timestamptz NOT NULL,
    campaign text COLLATE "C" NOT NULL,
    creative text COLLATE "C" NOT NULL,
    advertiser text COLLATE "C" NOT NULL,
    exchange text COLLATE "C" NOT NULL,
    publisher text COLLATE "C" NOT NULL,
    country text COLLATE "C" NOT NULL,
    device text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    conversions bigint NOT NULL,
    invalid_impressions bigint NOT NULL,
    invalid_clicks bigint NOT NULL,
    invalid_conversions bigint NOT NULL,
    spend_micros bigint NOT NULL,
    revenue_micros bigint NOT NULL,
    PRIMARY KEY (time, campaign, creative, advertiser, exchange, publisher, country, device, currency)
) PARTITION BY RANGE (time);

CREATE TABLE stats_hour (LIKE stats_minute INCLUDING ALL) PARTITION BY RANGE (time);
CREATE TABLE stats_day (LIKE stats_minute INCLUDING ALL) PARTITION BY RANGE (time);

-- For campaign_budget. Never changed by an upsert of a row that is there.
CREATE INDEX stats_day_campaign ON stats_day (campaign);

COMMENT ON TABLE stats_minute IS 'Counts and money by minute (UTC). Money in micros of the currency; never add up currencies.';
COMMENT ON TABLE stats_hour IS 'stats_minute summed by hour (UTC), in the same transactions.';
COMMENT ON TABLE stats_day IS 'stats_minute summed by day (UTC), in the same transactions.';

CREATE TABLE ledger (
    topology text NOT NULL,
    group_name text NOT NULL,
    shard integer NOT NULL,
    epoch bigint NOT NULL,
    position text NOT NULL,
    watermark timestamptz,
    txid bigint NOT NULL,
    opened_at timestamptz NOT NULL,
    committed_at timestamptz,
    PRIMARY KEY (topology, group_name, shard)
) WITH (fillfactor = 50);

COMMENT ON TABLE ledger IS 'How far each shard has come: moved only in the transaction that writes its statistics.';
COMMENT ON COLUMN ledger.epoch IS 'Number of times that a writer took the shard over; a writer of an earlier epoch cannot commit.';
COMMENT ON COLUMN ledger.position IS 'Next offsets, watermark, txid and books. Never edit by hand.';

CREATE TABLE campaign (
    id text COLLATE "C" PRIMARY KEY,
    advertiser text COLLATE "C" NOT NULL,
    name text NOT NULL,
    currency text COLLATE "C" NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    total_budget_micros bigint CHECK (total_budget_micros >= 0),
    daily_budget_micros bigint CHECK (daily_budget_micros >= 0),
    starts_at timestamptz,
    ends_at timestamptz,
    time_zone text NOT NULL DEFAULT 'UTC',
    status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'ended')),
    CHECK (starts_at < ends_at)
);

COMMENT ON COLUMN campaign.total_budget_micros IS 'Null: no limit.';
COMMENT ON COLUMN campaign.daily_budget_micros IS 'Null: no limit.';

-- Spend in the campaign's own currency only. One statement sees one snapshot, so the spend is exactly that of the
-- positions in as_of_positions. It is summed over stats_day: keep that table for as long as a campaign can run.
CREATE VIEW campaign_budget AS
SELECT
    c.id AS campaign,
    c.currency,
    c.total_budget_micros,
    s.spent_micros,
    c.total_budget_micros - s.spent_micros AS remaining_micros,
    coalesce(s.spent_micros >= c.total_budget_micros, false) AS exhausted,
    (SELECT CASE WHEN bool_and(watermark IS NOT NULL) THEN min(watermark) END FROM ledger) AS as_of_watermark,
    (SELECT jsonb_object_agg(topology || '/' || group_name || '/' || shard, position) FROM ledger) AS as_of_positions
FROM campaign c
CROSS JOIN LATERAL (
    SELECT coalesce(sum(d.spend_micros), 0)::bigint AS spent_micros
    FROM stats_day d
    WHERE d.campaign = c.id AND d.currency = c.currency
) s;

COMMENT ON VIEW campaign_budget IS 'What each campaign has spent and has left, as of the watermark and positions given.';
