-- Campaigns as people manage them, with an audit; and budgets that are cheap to read, whatever stats_minute holds.

-- First: waits for the commits that are under way, and no other comes before this is done. A writer of the version
-- before would not keep the two tables below. It finds another epoch in the ledger, and cannot open a shard again,
-- since it knows nothing of writer_version. So it stops, and nothing is lost: the ledger says where to go on.
LOCK TABLE ledger IN ACCESS EXCLUSIVE MODE;
ALTER TABLE ledger ADD COLUMN writer_version integer NOT NULL DEFAULT 2;
ALTER TABLE ledger ALTER COLUMN writer_version DROP DEFAULT;
UPDATE ledger SET epoch = epoch + 1;

COMMENT ON COLUMN ledger.writer_version IS 'What its writer keeps besides stats_*: 2, campaign_total and campaign_spend.';

-- Summed over everything, in the transactions that add to stats_*.
CREATE TABLE campaign_total (
    campaign text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    impressions bigint NOT NULL,
    clicks bigint NOT NULL,
    spend_micros bigint NOT NULL,
    PRIMARY KEY (campaign, currency)
) WITH (fillfactor = 50);

-- For the day that a campaign is in: by hour (minutes = 60), and by quarter of an hour (minutes = 15) for the first and
-- the last hour of it, since there are time zones whose days begin within an hour, on a quarter of it.
CREATE TABLE campaign_spend (
    campaign text COLLATE "C" NOT NULL,
    currency text COLLATE "C" NOT NULL,
    minutes smallint NOT NULL CHECK (minutes IN (15, 60)),
    time timestamptz NOT NULL,
    spend_micros bigint NOT NULL,
    PRIMARY KEY (campaign, currency, minutes, time)
) WITH (fillfactor = 50);

COMMENT ON TABLE campaign_total IS 'stats_* summed up for campaign_budget, in the same transactions. Kept when partitions are dropped.';
COMMENT ON TABLE campaign_spend IS 'Spend of the last days by hour and by quarter of an hour, in the same transactions as stats_*.';

INSERT INTO campaign_total
SELECT campaign, currency, sum(impressions), sum(clicks), least(sum(spend_micros), 9223372036854775807)
FROM stats_day
GROUP BY campaign, currency;

INSERT INTO campaign_spend
SELECT campaign, currency, grain.minutes, date_bin(grain.length, time, '2000-01-01 00:00+00'),
    least(sum(spend_micros), 9223372036854775807)
FROM stats_minute
CROSS JOIN (VALUES (15, interval '15 minutes'), (60, interval '1 hour')) AS grain (minutes, length)
WHERE time >= date_trunc('hour', now()) - interval '3 days'
GROUP BY 1, 2, 3, 4
HAVING sum(spend_micros) <> 0;

ALTER TABLE campaign
    ADD COLUMN goal_metric text CHECK (goal_metric IN ('impressions', 'clicks')),
    ADD COLUMN goal_count bigint CHECK (goal_count > 0),
    ADD COLUMN pacing text NOT NULL DEFAULT 'asap' CHECK (pacing IN ('asap', 'even')),
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT campaign_goal CHECK ((goal_metric IS NULL) = (goal_count IS NULL)),
    -- A zone that PostgreSQL does not know would make campaign_budget fail for all: it is refused here, by name.
    ADD CONSTRAINT campaign_time_zone CHECK (timezone(time_zone, 'epoch'::timestamptz) IS NOT NULL);

CREATE INDEX campaign_advertiser ON campaign (advertiser, id);

CREATE TABLE campaign_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    campaign text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    at timestamptz NOT NULL,
    account text NOT NULL,
    action text NOT NULL CHECK (action IN ('insert', 'update', 'delete')),
    changes jsonb NOT NULL
);

CREATE INDEX campaign_audit_campaign ON campaign_audit (campaign, id);

COMMENT ON TABLE campaign_audit IS 'Every change of a campaign, also one that is made by hand. Written by a trigger.';
COMMENT ON COLUMN campaign_audit.account IS 'The setting lightflow.account of the session, or else the database user.';
COMMENT ON COLUMN campaign_audit.changes IS 'For each column that has changed: from and to.';

CREATE FUNCTION campaign_next_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END
$$;

CREATE FUNCTION campaign_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    changes jsonb;
BEGIN
    SELECT coalesce(jsonb_object_agg(key, jsonb_build_object('from', b.value, 'to', a.value)), '{}')
    INTO changes
    FROM jsonb_each(before) b FULL JOIN jsonb_each(after) a USING (key)
    WHERE coalesce(b.value, 'null') <> coalesce(a.value, 'null') AND key NOT IN ('version', 'updated_at');
    EXECUTE format(
        'INSERT INTO %I.campaign_audit (campaign, version, at, account, action, changes) VALUES ($1, $2, $3, $4, $5, $6)',
        TG_TABLE_SCHEMA)
    USING coalesce(NEW.id, OLD.id), coalesce(NEW.version, OLD.version), clock_timestamp(),
        coalesce(nullif(current_setting('lightflow.account', true), ''), session_user), lower(TG_OP), changes;
    PERFORM pg_notify(
        'lightflow_budget',
        concat_ws(' ', TG_TABLE_SCHEMA, 'changed', pg_current_xact_id()::text, coalesce(NEW.id, OLD.id)));
    RETURN NULL;
END
$$;

CREATE TRIGGER campaign_version BEFORE UPDATE ON campaign
    FOR EACH ROW EXECUTE FUNCTION campaign_next_version();
CREATE TRIGGER campaign_change AFTER INSERT OR UPDATE OR DELETE ON campaign
    FOR EACH ROW EXECUTE FUNCTION campaign_record_change();

-- One statement sees one snapshot, so every figure is exactly that of the positions in as_of_positions. Spend is in the
-- campaign's own currency only. The days are those of the campaign's time zone; "today" is the one that moment is in.
CREATE FUNCTION campaign_budget_at(moment timestamptz) RETURNS TABLE (
    campaign text,
    advertiser text,
    name text,
    status text,
    version bigint,
    currency text,
    time_zone text,
    starts_at timestamptz,
    ends_at timestamptz,
    pacing text,
    total_budget_micros bigint,
    spent_micros bigint,
    remaining_micros bigint,
    daily_budget_micros bigint,
    spent_today_micros bigint,
    remaining_today_micros bigint,
    day_starts_at timestamptz,
    day_ends_at timestamptz,
    goal_metric text,
    goal_count bigint,
    delivered_count bigint,
    exhausted boolean,
    exhausted_by text,
    pace_of text,
    pace_amount bigint,
    pace_from timestamptz,
    pace_to timestamptz,
    pace_line bigint,
    pace_actual bigint,
    as_of_watermark timestamptz,
    as_of_committed_at timestamptz,
    as_of_positions jsonb,
    behind_ms bigint
) LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT
        c.id,
        c.advertiser,
        c.name,
        c.status,
        c.version,
        c.currency,
        c.time_zone,
        c.starts_at,
        c.ends_at,
        c.pacing,
        c.total_budget_micros,
        total.spent,
        c.total_budget_micros - total.spent,
        c.daily_budget_micros,
        today.spent,
        c.daily_budget_micros - today.spent,
        day.starts,
        day.ends,
        c.goal_metric,
        c.goal_count,
        goal.delivered,
        exhaustion.kind IS NOT NULL,
        exhaustion.kind,
        pace.kind,
        line.amount,
        line.starts,
        line.ends,
        CASE
            WHEN moment <= line.starts THEN 0
            WHEN moment >= line.ends THEN line.amount
            ELSE floor(line.amount * extract(epoch FROM moment - line.starts)
                / extract(epoch FROM line.ends - line.starts))::bigint
        END,
        line.actual,
        (SELECT CASE WHEN bool_and(l.watermark IS NOT NULL) THEN min(l.watermark) END FROM ledger l),
        (SELECT max(l.committed_at) FROM ledger l),
        (SELECT jsonb_object_agg(l.topology || '/' || l.group_name || '/' || l.shard, l.position) FROM ledger l),
        (SELECT CASE
            WHEN bool_and(l.watermark IS NOT NULL)
            THEN greatest(0, floor(extract(epoch FROM moment - min(l.watermark)) * 1000))::bigint
        END FROM ledger l)
    FROM campaign c
    CROSS JOIN LATERAL (
        SELECT
            date_trunc('day', moment, c.time_zone) AS starts,
            timezone(c.time_zone, date_trunc('day', timezone(c.time_zone, moment)) + interval '1 day') AS ends
    ) midnight
    CROSS JOIN LATERAL (
        SELECT
            midnight.starts,
            midnight.ends,
            date_bin('1 hour', midnight.starts + interval '59 minutes 59 seconds', '2000-01-01 00:00+00') AS first_hour,
            date_bin('1 hour', midnight.ends, '2000-01-01 00:00+00') AS last_hour
    ) day
    CROSS JOIN LATERAL (
        SELECT
            coalesce(max(t.spend_micros) FILTER (WHERE t.currency = c.currency), 0) AS spent,
            coalesce(sum(t.impressions), 0)::bigint AS impressions,
            coalesce(sum(t.clicks), 0)::bigint AS clicks
        FROM campaign_total t
        WHERE t.campaign = c.id
    ) total
    CROSS JOIN LATERAL (
        SELECT least(9223372036854775807, (
            SELECT coalesce(sum(h.spend_micros), 0)
            FROM campaign_spend h
            WHERE h.campaign = c.id AND h.currency = c.currency AND h.minutes = 60
                AND h.time >= day.first_hour AND h.time < day.last_hour
        ) + (
            SELECT coalesce(sum(q.spend_micros), 0)
            FROM campaign_spend q
            WHERE q.campaign = c.id AND q.currency = c.currency AND q.minutes = 15
                AND q.time >= day.starts AND q.time < day.first_hour
        ) + (
            SELECT coalesce(sum(q.spend_micros), 0)
            FROM campaign_spend q
            WHERE q.campaign = c.id AND q.currency = c.currency AND q.minutes = 15
                AND q.time >= day.last_hour AND q.time < day.ends
        ))::bigint AS spent
    ) today
    CROSS JOIN LATERAL (
        SELECT CASE c.goal_metric WHEN 'impressions' THEN total.impressions WHEN 'clicks' THEN total.clicks END
            AS delivered
    ) goal
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN total.spent >= c.total_budget_micros THEN 'total'
            WHEN goal.delivered >= c.goal_count THEN 'goal'
            WHEN today.spent >= c.daily_budget_micros THEN 'day'
        END AS kind
    ) exhaustion
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN c.pacing <> 'even' THEN NULL
            WHEN c.daily_budget_micros IS NOT NULL THEN 'day'
            WHEN c.starts_at IS NULL OR c.ends_at IS NULL THEN NULL
            WHEN c.total_budget_micros IS NOT NULL THEN 'total'
            WHEN c.goal_count IS NOT NULL THEN 'goal'
        END AS kind
    ) pace
    CROSS JOIN LATERAL (
        SELECT
            CASE pace.kind
                WHEN 'day' THEN c.daily_budget_micros WHEN 'total' THEN c.total_budget_micros WHEN 'goal' THEN c.goal_count
            END AS amount,
            CASE pace.kind
                WHEN 'day' THEN today.spent WHEN 'total' THEN total.spent WHEN 'goal' THEN goal.delivered
            END AS actual,
            CASE pace.kind
                WHEN 'day' THEN least(greatest(day.starts, c.starts_at), day.ends)
                WHEN 'total' THEN c.starts_at
                WHEN 'goal' THEN c.starts_at
            END AS starts,
            CASE pace.kind
                WHEN 'day' THEN greatest(least(day.ends, c.ends_at), day.starts)
                WHEN 'total' THEN c.ends_at
                WHEN 'goal' THEN c.ends_at
            END AS ends
    ) line;
END;

COMMENT ON FUNCTION campaign_budget_at IS 'campaign_budget with "today" as it is at a moment of the last days.';

DROP VIEW campaign_budget;
CREATE VIEW campaign_budget AS SELECT * FROM campaign_budget_at(now());

COMMENT ON VIEW campaign_budget IS 'What each campaign has spent and has left, as of the watermark and positions given.';
COMMENT ON COLUMN campaign_budget.exhausted_by IS 'total, goal or day: the limit that is reached; null if none is.';
COMMENT ON COLUMN campaign_budget.pace_line IS 'Where an even pace would be now, in micros or counts; null where the pacing is asap.';
COMMENT ON COLUMN campaign_budget.behind_ms IS 'How far the watermark lies back. Null: some shard has none yet.';
