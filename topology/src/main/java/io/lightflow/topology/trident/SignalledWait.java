package io.lightflow.topology.trident;

import java.util.Map;
import org.apache.storm.Config;
import org.apache.storm.policy.IWaitStrategy;
import org.apache.storm.utils.ObjectReader;

/**
 * Lets an idle executor sleep until another executor of its topology in this process has worked. A batch passes through
 * a dozen executors, so sleeps of a fixed time would add up to many milliseconds, or keep an idle core busy. Tuples of
 * other processes and Storm's timers raise no signal: an executor finds them after {@link #MAX_WAIT_MS}.
 *
 * <p>Each executor has an instance, which its thread uses alone.
 */
public final class SignalledWait implements IWaitStrategy {
    /** The key of a topology's settings for the longest sleep in milliseconds. */
    static final String MAX_WAIT_MS = "lightflow.executor.max.wait.ms";

    private ExecutorSignal signal;
    private long maxWaitMs;
    private boolean isSpout;
    /** The count after which this executor has looked into its queue. */
    private long seen;
    /** Whether the signal ended the last wait. */
    private boolean woken;

    @Override
    public void prepare(Map<String, Object> conf, WaitSituation situation) {
        signal = ExecutorSignal.of(String.valueOf(conf.get(Config.TOPOLOGY_NAME)));
        maxWaitMs = ObjectReader.getLong(conf.get(MAX_WAIT_MS));
        isSpout = situation == WaitSituation.SPOUT_WAIT;
    }

    /**
     * Storm calls it whenever a look into the queue found nothing.
     *
     * @param idleCounter 0 if the executor has worked since the last call
     */
    @Override
    public int idle(int idleCounter) throws InterruptedException {
        // Storm does not count what a spout emits when a tuple is acknowledged. So a spout that was woken passes the
        // signal on once.
        if (idleCounter == 0 || isSpout && woken) {
            woken = false;
            seen = signal.raise();
        } else {
            long count = signal.await(seen, maxWaitMs);
            woken = count != seen;
            seen = count;
        }
        return 1;
    }
}
