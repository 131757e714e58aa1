-- Records of joined topics that the counter could not count, in the transactions that move the ledger past them.
CREATE TABLE stats_set_aside (
    topology text NOT NULL,
    group_name text NOT NULL,
    topic text NOT NULL,
    incarnation integer NOT NULL,
    shard integer NOT NULL,
    record_offset bigint NOT NULL,
    set_aside_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    reason text NOT NULL,
    value bytea,
    PRIMARY KEY (topology, group_name, topic, incarnation, shard, record_offset)
);

COMMENT ON TABLE stats_set_aside IS
    'Records of joined topics that could not be counted, with the reason. Their events are missing in stats_*.';
