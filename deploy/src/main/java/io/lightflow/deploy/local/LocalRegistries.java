package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.EmbeddedPostgresServer;
import io.lightflow.registry.sync.RegistrySync;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The schema registries of the local stack: that of the topologies and, if wanted, one for each data center, with a
 * database of its own. What one of them knows, the others are told every few seconds.
 */
final class LocalRegistries implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalRegistries.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final long END_WITHIN_SECONDS = 10;

    private final LocalRegistry central;
    private final Map<String, LocalRegistry> byDc = new LinkedHashMap<>();
    private ScheduledExecutorService copying;
    private TreeSet<String> conflicts = new TreeSet<>();

    /** @param dcs that have a registry of their own */
    LocalRegistries(EmbeddedPostgresServer postgres, List<String> dcs) {
        this.central = new LocalRegistry(postgres.jdbcUrl());
        dcs.forEach(dc -> byDc.put(dc, new LocalRegistry(postgres.jdbcUrlOf("registry-" + dc))));
    }

    void start() {
        Parallel.run("starting", all().stream().map(LocalRegistries::started).toList());
    }

    private List<LocalRegistry> all() {
        List<LocalRegistry> all = new ArrayList<>(byDc.values());
        all.add(central);
        return all;
    }

    private static Callable<Void> started(LocalRegistry registry) {
        return () -> {
            registry.start();
            return null;
        };
    }

    /** Tells each of them what the others know, now and from now on. */
    void keepAlike() {
        if (byDc.isEmpty()) {
            return;
        }
        copy();
        copying = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread daemon = new Thread(work, "lightflow-registries");
            daemon.setDaemon(true);
            return daemon;
        });
        copying.scheduleWithFixedDelay(this::copyAgain, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void copyAgain() {
        try {
            copy();
        } catch (RuntimeException e) {
            LOG.warn("The schema registries cannot be told of each other's schemas now", e);
        }
    }

    private void copy() {
        TreeSet<String> found = new TreeSet<>();
        for (LocalRegistry dc : byDc.values()) {
            found.addAll(RegistrySync.copy(dc.url(), central.url()).conflicts());
        }
        for (LocalRegistry dc : byDc.values()) {
            found.addAll(RegistrySync.copy(central.url(), dc.url()).conflicts());
        }
        if (!found.isEmpty() && !found.equals(conflicts)) {
            LOG.warn("The schema registries differ, and stay as they are: {}", found);
        }
        conflicts = found;
    }

    URI central() {
        return central.url();
    }

    Map<String, URI> byDc() {
        Map<String, URI> urls = new LinkedHashMap<>();
        byDc.forEach((dc, registry) -> urls.put(dc, registry.url()));
        return urls;
    }

    @Override
    public void close() {
        if (copying != null) {
            copying.shutdown();
            try {
                copying.awaitTermination(END_WITHIN_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        all().forEach(LocalRegistry::close);
    }
}
