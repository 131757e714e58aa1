package io.lightflow.topology.doctor;

import io.lightflow.topology.settings.DataSize;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.settings.SettingsException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Checks this machine: Java, the secrets of the settings, and the disks of folders that it has. */
final class MachineCheck {
    private static final int OLDEST_JAVA = 17;
    private static final int NEWEST_JAVA = 25;
    /** A join store merges files, and needs room for both. */
    private static final double MIN_FREE_SHARE = 0.2;

    private final GroupSettings settings;

    MachineCheck(GroupSettings settings) {
        this.settings = settings;
    }

    void java(Findings findings) {
        int version = Runtime.version().feature();
        String fact = "Java " + Runtime.version() + " on " + System.getProperty("os.name") + " "
                + System.getProperty("os.arch");
        if (version >= OLDEST_JAVA && version <= NEWEST_JAVA) {
            findings.ok(fact);
        } else {
            findings.warning(fact, "run Java " + OLDEST_JAVA + " to " + NEWEST_JAVA + ", which the tests run on");
        }
    }

    void secrets(Findings findings) {
        try {
            settings.requireNoSecrets();
            settings.kafka().resolvedProperties();
            settings.fronts().values().forEach(front -> front.kafka().resolvedProperties());
            settings.postgres().password();
            settings.zookeeper().password();
            settings.registry().password();
            settings.registry().token();
            findings.ok("all secrets that the settings name can be read");
        } catch (SettingsException e) {
            findings.error(e.getMessage(), "correct the key, or give this process the secret");
        }
    }

    void disks(Findings findings) throws IOException {
        Map<String, Path> folders = new LinkedHashMap<>();
        if (settings.store().rocksdb() != null) {
            folders.put("store.rocksdb.directory", settings.store().rocksdb().directory());
        }
        if (settings.archive() != null && settings.archive().warehouse().startsWith("file:")) {
            folders.put(
                    "archive.warehouse", Path.of(URI.create(settings.archive().warehouse())));
        }
        if (settings.metrics().targets() != null) {
            folders.put("metrics.targets", settings.metrics().targets());
        }
        for (Map.Entry<String, Path> folder : folders.entrySet()) {
            check(folder.getKey(), folder.getValue(), findings);
        }
        if (folders.isEmpty()) {
            findings.ok("the settings name no folder");
        }
    }

    private static void check(String key, Path folder, Findings findings) throws IOException {
        if (!Files.exists(folder)) {
            findings.ok(key + " " + folder + " is not on this machine: run doctor on the workers' machine to check it");
            return;
        }
        if (!Files.isWritable(folder)) {
            findings.error(
                    key + " " + folder + " cannot be written by " + System.getProperty("user.name"),
                    "run as the workers' user, or give it the folder with: chown -R USER " + folder);
            return;
        }
        FileStore disk = Files.getFileStore(folder);
        double free = (double) disk.getUsableSpace() / Math.max(1, disk.getTotalSpace());
        String fact = key + " " + folder + " has " + Math.round(free * 100) + "% of its disk free, "
                + DataSize.ofMegabytes((int) (disk.getUsableSpace() >> 20));
        if (free >= MIN_FREE_SHARE) {
            findings.ok(fact);
        } else {
            findings.warning(fact, "free space or enlarge the disk: a full disk stops the shards");
        }
    }
}
