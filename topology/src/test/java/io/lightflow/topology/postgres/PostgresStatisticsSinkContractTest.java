package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import io.lightflow.statistics.Statistics;

class PostgresStatisticsSinkContractTest extends SinkContract<Statistics> {
    private final PostgresSettings settings = PostgresServer.shared().newSchema();

    @Override
    protected Sink<Statistics> newWriter() {
        return new PostgresStatisticsSink(settings, "stats-counter", "us");
    }

    @Override
    protected Statistics output(long amount) {
        return StatisticsSamples.one(amount);
    }

    @Override
    protected long committedAmount() {
        try (StatisticsTotals totals = new StatisticsTotals(settings)) {
            return totals.all().impressions;
        }
    }
}
