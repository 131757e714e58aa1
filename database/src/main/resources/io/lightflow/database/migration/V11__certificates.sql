-- Certificates of hours, for a calendar. Written by lightflow certify, and read by the reports.

CREATE TABLE certificate (
    group_name text NOT NULL,
    hour timestamptz NOT NULL,
    certified_at timestamptz NOT NULL,
    differences bigint NOT NULL CHECK (differences >= 0),
    PRIMARY KEY (group_name, hour)
);

COMMENT ON TABLE certificate IS 'The newest certificate of each hour of event time. 0 differences: every event is where it belongs.';
