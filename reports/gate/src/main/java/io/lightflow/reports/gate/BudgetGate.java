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
 * Whether a campaign may still spend, answered from memory. Two threads of its own keep that fresh: one polls
 * {@code campaign_budget}, the other listens for commits that used up a budget, so that those are cut off at once. Both
 * connect again for as long as the gate is open.
 *
 * <p>Make one for a process, {@link #start} it, share it. {@link #decide} and the figures may be called by any number
 * of threads, and never block; {@code start} and {@code close} are called once each, by one thread.
 */
public final class BudgetGate implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BudgetGate.class);
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final BudgetGateSettings settings;
    private final LongSupplier nanoTime;
    private final boolean refusesWhenStale;
    private final BudgetReader reader;
    private final Poller poller;
    private final Listener listener;

    /** Null before the first reading. Written under the lock of {@link #cuts}. */
    private volatile Snapshot snapshot;

    /** Of which no snapshot is known to hold the commit, by campaign. */
    private final Map<String, Cut> cuts = new HashMap<>();

    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong failedPolls = new AtomicLong();
    private final AtomicLong notifications = new AtomicLong();

    /** Does not connect yet. */
    public BudgetGate(BudgetGateSettings settings) {
        this(settings, System::nanoTime);
    }

    BudgetGate(BudgetGateSettings settings, LongSupplier nanoTime) {
        this.settings = Objects.requireNonNull(settings, "settings");
        this.nanoTime = nanoTime;
        this.refusesWhenStale = settings.whenStale() == StalePolicy.REFUSE;
        this.reader = new BudgetReader(settings, nanoTime);
        this.poller = new Poller(settings, this::poll);
        this.listener = new Listener(settings, this::notified, poller::pollNow);
    }

    /**
     * Begins to poll and to listen. Does not wait for the database: until it has answered, every decision is
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
        Snapshot known = snapshot;
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

    /** Whose campaign it is; null if it is not known. */
    public String advertiserOf(String campaignId) {
        Snapshot known = snapshot;
        CampaignLimits limits = known == null ? null : known.campaigns().get(campaignId);
        return limits == null ? null : limits.advertiser();
    }

    /** Whether what is known is too old to be trusted, whatever the policy makes of that. */
    public boolean isStale() {
        Snapshot known = snapshot;
        return known == null || nanoTime.getAsLong() - known.staleFrom() >= 0;
    }

    /** Milliseconds since the database was asked; -1 before the first answer. */
    public long snapshotAgeMs() {
        Snapshot known = snapshot;
        return known == null ? -1 : (nanoTime.getAsLong() - known.readAt()) / NANOS_PER_MILLI;
    }

    /** How far the watermark of the statistics lies back, in milliseconds; -1 if none is known. */
    public long statisticsBehindMs() {
        Snapshot known = snapshot;
        return known == null || known.behindMs() < 0 ? -1 : known.behindMs() + snapshotAgeMs();
    }

    /** Campaigns that are known. */
    public int campaigns() {
        Snapshot known = snapshot;
        return known == null ? 0 : known.campaigns().size();
    }

    public long polls() {
        return polls.get();
    }

    public long failedPolls() {
        return failedPolls.get();
    }

    /** Notifications about campaigns of this schema. */
    public long notifications() {
        return notifications.get();
    }

    /** Whether commits that use up a budget are heard of at once. Otherwise the next poll shows them. */
    public boolean isListening() {
        return listener.isListening();
    }

    /** How often a connection to listen on was made. */
    public long listenerConnects() {
        return listener.connects();
    }

    private void poll(Connection connection) throws SQLException {
        boolean done = false;
        try {
            BudgetReader.Reading reading = reader.read(connection);
            synchronized (cuts) {
                // A commit that the snapshot holds speaks for itself: the budget may have been raised since.
                cuts.values().removeIf(cut -> cut.transaction() < reading.oldestUnseen());
                snapshot = reading.snapshot().with(cutOff(reading.snapshot().campaigns()));
            }
            polls.incrementAndGet();
            done = true;
        } finally {
            if (!done) {
                failedPolls.incrementAndGet();
            }
        }
    }

    private Map<String, CampaignLimits> cutOff(Map<String, CampaignLimits> campaigns) {
        if (cuts.isEmpty()) {
            return campaigns;
        }
        Map<String, CampaignLimits> cutOff = new HashMap<>(campaigns);
        cuts.forEach((campaign, cut) -> cutOff.computeIfPresent(campaign, (id, limits) -> limits.cut(cut.kind())));
        return cutOff;
    }

    /** @param payload schema, kind, transaction id and campaign, parted by a space */
    private void notified(String payload) {
        String[] words = payload.split(" ", 4);
        if (words.length < 4 || !words[0].equals(settings.schema())) {
            return;
        }
        notifications.incrementAndGet();
        Cut.kind(words[1])
                .ifPresentOrElse(kind -> cut(words[3], new Cut(kind, Long.parseLong(words[2]))), poller::pollNow);
    }

    private void cut(String campaign, Cut cut) {
        synchronized (cuts) {
            cuts.put(campaign, cut);
            Snapshot known = snapshot;
            if (known != null) {
                snapshot = known.with(cutOff(known.campaigns()));
            }
        }
        LOG.debug("Campaign {} is cut off: {}", campaign, cut.kind());
    }

    /** Ends both threads and closes their connections. Decisions go on being made, until they are stale. */
    @Override
    public void close() {
        listener.close();
        poller.close();
    }
}
