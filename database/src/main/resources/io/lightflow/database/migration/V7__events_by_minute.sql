-- How many events each minute has, so that whoever keeps rows of a minute in memory sees whether they are still all.
-- Few and small: 30 bytes for each minute, so nothing is dropped.
CREATE TABLE stats_minute_events (
    time timestamptz PRIMARY KEY,
    events bigint NOT NULL
) WITH (fillfactor = 50);

COMMENT ON TABLE stats_minute_events IS
    'Events of each minute that are counted in stats_*, in the same transactions. Grows with each of them that adds to the minute: while it is the same, so are the minute''s rows in every table.';

INSERT INTO stats_minute_events
SELECT time, sum(impressions + clicks + conversions + invalid_impressions + invalid_clicks + invalid_conversions)
FROM stats_creative_minute
GROUP BY time
ORDER BY time;
