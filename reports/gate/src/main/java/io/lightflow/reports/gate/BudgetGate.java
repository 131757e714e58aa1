package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides in memory whether a campaign may still spend. Two threads refresh the budgets: one polls
 * {@code campaign_budget}, the other listens for commits that exhaust a budget, so that those campaigns stop
 * immediately. Both reconnect for as long as the gate is open.
 *
 * <p>A process creates one instance, {@linkplain #start starts} it and shares it. {@link #decide} and the metrics are
 * thread-safe and never block. One thread calls {@code start} and {@code close} once each.
 */
public final class BudgetGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetGate.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final BudgetGateSettings settings;
    private final LongSupplier nanoTime;
    private final boolean refusesWhenStale;
    private final BudgetReader reader;
    private final BudgetPoller poller;
    private final ExhaustionListener listener;

    /** Null before the first poll. Written under the lock of {@link #notices}. */
    private volatile BudgetSnapshot snapshot;

    /** Notices whose commit may be missing from the snapshot, by campaign. */
    private final Map<String, ExhaustionNotice> notices = new HashMap<>();

    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong failedPolls = new AtomicLong();
    private final AtomicLong notifications = new AtomicLong();

    /** Creates a gate without connecting. */
    public BudgetGate(BudgetGateSettings settings) {
        this(settings, System::nanoTime);
    }

    BudgetGate(BudgetGateSettings settings, LongSupplier nanoTime) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.nanoTime = nanoTime;
        this.refusesWhenStale = settings.whenStale() == StalePolicy.REFUSE;
        this.reader = new BudgetReader(settings, nanoTime);
        this.poller = new BudgetPoller(settings, this::poll);
        this.listener = new ExhaustionListener(settings, this::onNotification, poller::pollNow);
    }

    /**
     * Starts to poll and to listen, without waiting for the database. Until the first poll, every decision is
     * {@link Decision#STALE}.
     */
    public void start() {
        poller.start();
        listener.start();
    }

    /**
     * Whether to bid for a campaign now. Takes no lock and allocates nothing.
     *
     * @param campaignId must not be null
     */
    public Decision decide(String campaignId) {
        BudgetSnapshot known = snapshot;
        if (known == null) {
            return Decision.STALE;
        }
        long now = nanoTime.getAsLong();
        if (refusesWhenStale && now - known.staleFrom() >= 0) {
            return Decision.STALE;
        }
        CampaignLimits limits = known.campaigns().get(campaignId);
        return limits == null ? Decision.UNKNOWN : limits.at(now);
    }

    /** The advertiser of a campaign; null if the campaign is unknown. */
    public String advertiserOf(String campaignId) {
        BudgetSnapshot known = snapshot;
        CampaignLimits limits = known == null ? null : known.campaigns().get(campaignId);
        return limits == null ? null : limits.advertiser();
    }

    /** Whether the budgets are stale, independent of the policy. */
    public boolean isStale() {
        BudgetSnapshot known = snapshot;
        return known == null || nanoTime.getAsLong() - known.staleFrom() >= 0;
    }

    /** Milliseconds since the last poll of the database; -1 before the first one. */
    public long snapshotAgeMs() {
        BudgetSnapshot known = snapshot;
        return known == null ? -1 : (nanoTime.getAsLong() - known.readAt()) / NANOS_PER_MILLI;
    }

    /** Lag of the statistics' watermark in milliseconds; -1 without a watermark. */
    public long statisticsLagMs() {
        BudgetSnapshot known = snapshot;
        return known == null || known.lagMs() < 0 ? -1 : known.lagMs() + snapshotAgeMs();
    }

    /** The number of known campaigns. */
    public int campaigns() {
        BudgetSnapshot known = snapshot;
        return known == null ? 0 : known.campaigns().size();
    }

    public long polls() {
        return polls.get();
    }

    public long failedPolls() {
        return failedPolls.get();
    }

    /** The number of notifications about campaigns of this schema. */
    public long notifications() {
        return notifications.get();
    }

    /** Whether the gate receives commits that exhaust a budget immediately. Otherwise the next poll shows them. */
    public boolean isListening() {
        return listener.isListening();
    }

    /** How often the listener has connected. */
    public long listenerConnections() {
        return listener.connects();
    }

    private void poll(Connection connection) throws SQLException {
        boolean done = false;
        try {
            BudgetReader.BudgetReading reading = reader.read(connection);
            synchronized (notices) {
                // Drops notices whose commits are in the snapshot: the budget may have been raised since.
                notices.values().removeIf(notice -> notice.transaction() < reading.oldestUnseen());
                snapshot =
                        reading.snapshot().with(applyNotices(reading.snapshot().campaigns()));
            }
            polls.incrementAndGet();
            done = true;
        } finally {
            if (!done) {
                failedPolls.incrementAndGet();
            }
        }
    }

    private Map<String, CampaignLimits> applyNotices(Map<String, CampaignLimits> campaigns) {
        if (notices.isEmpty()) {
            return campaigns;
        }
        Map<String, CampaignLimits> limited = new HashMap<>(campaigns);
        notices.forEach(
                (campaign, notice) -> limited.computeIfPresent(campaign, (id, limits) -> limits.with(notice.kind())));
        return limited;
    }

    /** @param payload schema, kind, transaction id and campaign, separated by spaces */
    private void onNotification(String payload) {
        String[] words = payload.split(" ", 4);
        if (words.length < 4 || !words[0].equals(settings.schema())) {
            return;
        }
        notifications.incrementAndGet();
        ExhaustionNotice.parseKind(words[1])
                .ifPresentOrElse(
                        kind -> addNotice(words[3], new ExhaustionNotice(kind, Long.parseLong(words[2]))),
                        poller::pollNow);
    }

    private void addNotice(String campaign, ExhaustionNotice notice) {
        synchronized (notices) {
            notices.put(campaign, notice);
            BudgetSnapshot known = snapshot;
            if (known != null) {
                snapshot = known.with(applyNotices(known.campaigns()));
            }
        }
        LOG.debug("Campaign {} is exhausted: {}", campaign, notice.kind());
    }

    /** Stops both threads and closes their connections. Decisions continue until they are stale. */
    @Override
    public void close() {
        listener.close();
        poller.close();
    }
}
