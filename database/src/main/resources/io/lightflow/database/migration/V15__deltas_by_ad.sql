-- A request about one ad or campaign read all of stats_delta for its rows.
CREATE INDEX stats_delta_ad ON stats_delta (ad);
