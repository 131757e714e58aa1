package io.lightflow.topology.loop;

import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.MDC;

/**
 * The context of what a thread logs: {@code group}, {@code topology}, {@code shard} and {@code txid}. A layout shows it
 * with {@code %X}, or as fields of JSON. It is set per batch or block, never per event.
 */
public final class LogContext {
    private LogContext() {}

    /** Works on a batch. */
    public static void inBatch(String group, String topology, long txid, Runnable work) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        MDC.put("group", group);
        MDC.put("topology", topology);
        MDC.put("txid", Long.toString(txid));
        try {
            work.run();
        } finally {
            restore(before);
        }
    }

    /** Works on a shard of a batch. */
    public static <T> T inShard(int shard, Supplier<T> work) {
        MDC.put("shard", Integer.toString(shard));
        try {
            return work.get();
        } finally {
            MDC.remove("shard");
        }
    }

    /** The work, with the context of this thread in whichever thread it runs. */
    public static Runnable carried(Runnable work) {
        Map<String, String> context = MDC.getCopyOfContextMap();
        return () -> {
            Map<String, String> before = MDC.getCopyOfContextMap();
            restore(context);
            try {
                work.run();
            } finally {
                restore(before);
            }
        };
    }

    private static void restore(Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
