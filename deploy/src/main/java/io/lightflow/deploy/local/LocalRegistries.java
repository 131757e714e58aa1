package io.lightflow.deploy.local;

import io.lightflow.deploy.embedded.PostgresServer;
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
 * The schema registries of the local stack: that of the topologies and, optionally, one with a separate database for
 * each data center. Schemas are copied between them every few seconds.
 */
final class LocalRegistries implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalRegistries.class);
    private static final Duration SYNC_INTERVAL = Duration.ofSeconds(2);
    private static final long END_TIMEOUT_SECONDS = 10;

    private final LocalRegistry central;
    private final Map<String, LocalRegistry> byDc = new LinkedHashMap<>();
    private ScheduledExecutorService copying;
    private TreeSet<String> conflicts = new TreeSet<>();

    /** @param dcs the data centers with their own registry */
    LocalRegistries(PostgresServer postgres, List<String> dcs) {
        this.central = new LocalRegistry(postgres.jdbcUrl());
        dcs.forEach(dc -> byDc.put(dc, new LocalRegistry(postgres.jdbcUrlOf("registry-" + dc))));
    }

    void start() {
        ParallelTasks.run(
                "starting", all().stream().map(LocalRegistries::started).toList());
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

    /** Copies schemas between all registries, now and periodically. */
    void keepSynchronized() {
        if (byDc.isEmpty()) {
            return;
        }
        copy();
        copying = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread daemon = new Thread(work, "lightflow-registries");
            daemon.setDaemon(true);
            return daemon;
        });
        copying.scheduleWithFixedDelay(
                this::copyAgain, SYNC_INTERVAL.toMillis(), SYNC_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void copyAgain() {
        try {
            copy();
        } catch (RuntimeException e) {
            LOG.warn("Copying schemas between the registries failed; it is retried", e);
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
            LOG.warn("The schema registries conflict, and stay unchanged: {}", found);
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
                copying.awaitTermination(END_TIMEOUT_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        all().forEach(LocalRegistry::close);
    }
}
