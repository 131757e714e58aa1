package io.lightflow.topology.postgres;

import io.lightflow.database.PostgresSettings;
import io.lightflow.database.PostgresSetupException;
import io.lightflow.enrichment.CampaignSource;
import io.lightflow.sink.SinkUnavailableException;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The advertisers in the table {@code campaign}. A thread reads the table again and again; while PostgreSQL is
 * unavailable, the last snapshot remains. Thread-safe.
 */
public final class CampaignSnapshots implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CampaignSnapshots.class);
    private static final String SELECT =
            "SELECT id, advertiser, (extract(epoch FROM transaction_timestamp()) * 1000)::bigint FROM campaign";

    private final PostgresPool pool;
    private final ScheduledExecutorService refreshing = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "lightflow-campaigns");
        thread.setDaemon(true);
        return thread;
    });
    private volatile Snapshot latest;
    private boolean unavailable;

    /** The table at one moment. */
    private record Snapshot(Map<String, String> advertisers, long version) implements CampaignSource {
        @Override
        public String advertiserOf(String campaignId) {
            return advertisers.getOrDefault(campaignId, "");
        }
    }

    private CampaignSnapshots(PostgresSettings settings) {
        pool = new PostgresPool(settings, "lightflow-campaigns");
    }

    /**
     * Reads the table, and then once per interval.
     *
     * @throws SinkUnavailableException if PostgreSQL is unavailable
     * @throws PostgresSetupException if the table cannot be read
     */
    public static CampaignSnapshots open(PostgresSettings settings, Duration interval) {
        CampaignSnapshots campaigns = new CampaignSnapshots(settings);
        try {
            campaigns.latest = campaigns.read();
        } catch (RuntimeException e) {
            campaigns.close();
            throw e;
        }
        campaigns.refreshing.scheduleWithFixedDelay(
                campaigns::refresh, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        return campaigns;
    }

    /** The last snapshot: the same one as long as the table says the same. */
    public CampaignSource latest() {
        return latest;
    }

    private Snapshot read() {
        return pool.run("read the table campaign", connection -> {
            Map<String, String> advertisers = new HashMap<>();
            long version = 1;
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(SELECT)) {
                while (rows.next()) {
                    advertisers.put(rows.getString(1), rows.getString(2));
                    version = rows.getLong(3);
                }
            }
            return new Snapshot(advertisers, version);
        });
    }

    /** Reads the table again. */
    void refresh() {
        try {
            Snapshot read = read();
            if (!read.advertisers().equals(latest.advertisers())) {
                latest = read;
            }
            if (unavailable) {
                unavailable = false;
                LOG.info("The table campaign is read again");
            }
        } catch (SinkUnavailableException | PostgresSetupException e) {
            if (!unavailable) {
                unavailable = true;
                LOG.warn(
                        "The table campaign is not read now; new campaigns have no advertiser yet: {}", e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        refreshing.shutdownNow();
        pool.close();
    }
}
