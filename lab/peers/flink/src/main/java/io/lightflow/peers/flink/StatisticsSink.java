package io.lightflow.peers.flink;

import io.lightflow.peers.RowCounts;
import io.lightflow.peers.StatisticsTable;
import java.io.IOException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Writes the newest totals of each changed row, at least once a second and before every checkpoint: idempotent. */
final class StatisticsSink implements Sink<RowChange> {
    private static final long serialVersionUID = 1;

    private final String jdbcUrl;

    StatisticsSink(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    @Override
    public SinkWriter<RowChange> createWriter(WriterInitContext context) throws IOException {
        try {
            Writer writer = new Writer(
                    new StatisticsTable(jdbcUrl, StatisticsTable.Mode.REPLACE), context.getProcessingTimeService());
            writer.scheduleTick();
            return writer;
        } catch (SQLException e) {
            throw new IOException("Opening the statistics table failed", e);
        }
    }

    private static final class Writer implements SinkWriter<RowChange> {
        private static final long INTERVAL_MS = 1_000;
        private static final int MAX_ROWS = 30_000;

        private final StatisticsTable table;
        private final ProcessingTimeService time;
        private final Map<String, RowCounts> rows = new HashMap<>();

        Writer(StatisticsTable table, ProcessingTimeService time) {
            this.table = table;
            this.time = time;
        }

        void scheduleTick() {
            time.registerTimer(time.getCurrentProcessingTime() + INTERVAL_MS, this::tick);
        }

        private void tick(long timestamp) throws IOException {
            send();
            scheduleTick();
        }

        @Override
        public void write(RowChange totals, Context context) throws IOException {
            rows.put(totals.row, totals.counts);
            if (rows.size() >= MAX_ROWS) {
                send();
            }
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            send();
        }

        private void send() throws IOException {
            try {
                table.write(rows);
                table.commit();
            } catch (SQLException e) {
                throw new IOException("Writing statistics failed", e);
            }
            rows.clear();
        }

        @Override
        public void close() throws SQLException {
            table.close();
        }
    }
}
