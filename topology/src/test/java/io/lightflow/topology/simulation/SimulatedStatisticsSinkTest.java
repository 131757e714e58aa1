package io.lightflow.topology.simulation;

import io.lightflow.sink.Sink;
import io.lightflow.sink.SinkContract;
import io.lightflow.statistics.Dimension;
import io.lightflow.statistics.Statistics;
import io.lightflow.statistics.StatisticsKey;
import io.lightflow.topology.postgres.WrittenRows;

/** The simulated tables fulfill the contract of a sink. */
class SimulatedStatisticsSinkTest extends SinkContract<Statistics> {
    private static final StatisticsKey ROW = StatisticsKey.of(0)
            .with(Dimension.CAMPAIGN, "c")
            .with(Dimension.CREATIVE, "r")
            .with(Dimension.ADVERTISER, "a")
            .with(Dimension.EXCHANGE, "e")
            .with(Dimension.PUBLISHER, "p")
            .with(Dimension.COUNTRY, "US")
            .with(Dimension.REGION, "CA")
            .with(Dimension.DEVICE, "phone")
            .with(Dimension.DATA_CENTER, "us-west")
            .with(Dimension.CURRENCY, "USD");
    private static final int TABLES = WrittenRows.rows(ROW).size();

    private final StatisticsTables tables = new StatisticsTables();
    private final Backend<Statistics> backend = new Backend<>(tables, Flaw.NONE);

    @Override
    protected Sink<Statistics> newWriter() {
        return new SimulatedSink<>(backend, Perils.none());
    }

    @Override
    protected Statistics output(long amount) {
        Statistics statistics = new Statistics();
        statistics.minute(ROW).impressions = amount;
        return statistics;
    }

    @Override
    protected long committedAmount() {
        return tables.rows().values().stream().mapToLong(row -> row.impressions).sum() / TABLES;
    }
}
