package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides in memory whether a campaign may still spend. Two threads refresh the budgets: one polls
 * {@code campaign_budget}, the other listens for commits that exhaust a budget, so that those campaigns stop
 * immediately. It looks each campaign up before it stops it, since any database user may notify. Both reconnect for as
 * long as the gate is open.
 *
 * <p>A process creates one instance, {@linkplain #start starts} it and shares it. {@link #decide} and the metrics are
 * thread-safe and never block. One thread calls {@code start} and {@code close} once each.
 */
public final class BudgetGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetGate.class);
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long WARNING_INTERVAL_NANOS = 60_000 * NANOS_PER_MILLI;

    private final BudgetGateSettings settings;
    private final LongSupplier nanoTime;
    private final boolean refusesWhenStale;
    private final BudgetReader reader;
    private final BudgetPoller poller;
    private final ExhaustionListener listener;

    /** Null before the first poll. Written under the lock of {@link #notices}. */
    private volatile BudgetSnapshot snapshot;

    /** Verified notices whose commit may be missing from the snapshot, by campaign. */
    private final Map<String, ExhaustionNotice> notices = new HashMap<>();

    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong failedPolls = new AtomicLong();
    private final AtomicLong notifications = new AtomicLong();
    private final AtomicLong unconfirmedNotifications = new AtomicLong();

    /** Of the listening thread: when it last warned, and how many notifications it had ignored by then. */
    private long warnedAt;

    private long warnedOf;

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
        this.listener = new ExhaustionListener(settings, this::onNotifications, poller::pollNow);
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

    /** The number of notifications that the table of budgets did not confirm, and of malformed ones. */
    public long unconfirmedNotifications() {
        return unconfirmedNotifications.get();
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
                notices.values().removeIf(notice -> notice.seenUpTo() <= reading.oldestUnseen());
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

    /** Stops campaigns that are exhausted by the table, and only those. Called by the listening thread. */
    private void onNotifications(List<String> payloads, Connection connection) throws SQLException {
        Set<String> claimed = new LinkedHashSet<>();
        Set<String> changed = new LinkedHashSet<>();
        for (String payload : payloads) {
            Optional<BudgetNotification> parsed = BudgetNotification.parse(payload, settings.schema());
            if (parsed.isEmpty()) {
                unconfirmedNotifications.addAndGet(isOfOtherSchema(payload) ? 0 : 1);
                continue;
            }
            notifications.incrementAndGet();
            switch (parsed.get().claim()) {
                case EXHAUSTED -> claimed.add(parsed.get().campaign());
                case CHANGED -> changed.add(parsed.get().campaign());
            }
        }
        Set<String> looked = new LinkedHashSet<>(claimed);
        synchronized (notices) {
            changed.stream().filter(notices::containsKey).forEach(looked::add);
        }
        Map<String, ExhaustionNotice> confirmed =
                looked.isEmpty() ? Map.of() : ExhaustionCheck.exhausted(connection, looked);
        addNotices(looked, confirmed);
        claimed.removeAll(confirmed.keySet());
        unconfirmedNotifications.addAndGet(claimed.size());
        warnOfUnconfirmed();
        if (!changed.isEmpty() || !claimed.isEmpty()) {
            poller.pollNow();
        }
    }

    /** Schemas of one database share the channel. */
    private static boolean isOfOtherSchema(String payload) {
        return payload != null && payload.split(" ", 4).length == 4;
    }

    private void addNotices(Set<String> looked, Map<String, ExhaustionNotice> confirmed) {
        if (looked.isEmpty()) {
            return;
        }
        synchronized (notices) {
            // The budget of the others may have been raised since their notice.
            notices.keySet().removeAll(looked);
            notices.putAll(confirmed);
            BudgetSnapshot known = snapshot;
            if (known != null) {
                snapshot = known.with(applyNotices(known.campaigns()));
            }
        }
        LOG.debug("Exhausted campaigns: {}", confirmed);
    }

    /** The payloads are not logged: their sender chooses them. */
    private void warnOfUnconfirmed() {
        long unconfirmed = unconfirmedNotifications.get();
        long now = System.nanoTime();
        if (unconfirmed == warnedOf || warnedOf > 0 && now - warnedAt < WARNING_INTERVAL_NANOS) {
            return;
        }
        LOG.warn(
                "Ignored {} notifications on the channel lightflow_budget that the budgets do not confirm. Check which"
                        + " database users may connect, since any of them may notify",
                unconfirmed - warnedOf);
        warnedAt = now;
        warnedOf = unconfirmed;
    }

    /** Stops both threads and closes their connections. Decisions continue until they are stale. */
    @Override
    public void close() {
        listener.close();
        poller.close();
    }
}
