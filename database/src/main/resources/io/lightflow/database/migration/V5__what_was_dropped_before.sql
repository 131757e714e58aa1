-- What V3 could not tell of the partitions that had been dropped before it. It took minutes for complete where hours
-- began no earlier, but hours may have been kept for a shorter time; from their first row on, but late events may have
-- made a dropped day again; and ended a day by the session's clock, which may have been changed on it.
--
-- Every event has a row in stats_day. So nothing is kept from before the last day of which a finer table says less.
-- V3 made the tables by creative of the minutes that were there, and later drops are marked: the smallest one will do.
WITH days AS (
    SELECT time AS day, sum(impressions + clicks + conversions
        + invalid_impressions + invalid_clicks + invalid_conversions) AS events
    FROM stats_day
    GROUP BY 1
), hours AS (
    SELECT date_bin('1 day', time, '2000-01-01 00:00+00') AS day, sum(impressions + clicks + conversions
        + invalid_impressions + invalid_clicks + invalid_conversions) AS events
    FROM stats_hour
    GROUP BY 1
), minutes AS (
    SELECT date_bin('1 day', time, '2000-01-01 00:00+00') AS day, sum(impressions + clicks + conversions
        + invalid_impressions + invalid_clicks + invalid_conversions) AS events
    FROM stats_creative_ten_minutes
    GROUP BY 1
), ends AS (
    SELECT
        max(day) FILTER (WHERE minutes.events IS DISTINCT FROM days.events) + interval '24 hours' AS of_minutes,
        max(day) FILTER (WHERE hours.events IS DISTINCT FROM days.events) + interval '24 hours' AS of_hours
    FROM days LEFT JOIN hours USING (day) LEFT JOIN minutes USING (day)
)
INSERT INTO stats_kept AS k
SELECT name, kept_from
FROM ends
CROSS JOIN LATERAL (VALUES
    ('stats_minute', of_minutes),
    ('stats_creative_minute', of_minutes),
    ('stats_creative_ten_minutes', of_minutes),
    ('stats_hour', of_hours)
) AS tables (name, kept_from)
WHERE kept_from IS NOT NULL
ON CONFLICT (table_name) DO UPDATE SET kept_from = greatest(k.kept_from, excluded.kept_from);
