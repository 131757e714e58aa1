package io.lightflow.registry.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.registry.sync.SyncedVersion.VersionKey;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;

/**
 * Copies versions and settings that {@code to} lacks. A copied version keeps its number, because references contain it.
 * It overwrites nothing, and reports conflicts instead. It still stores the schema of a conflicting version by id, so
 * that its records can be read. Each instance runs once.
 */
public final class RegistrySync {
    private static final int PAGE = 500;
    private static final String ALL_CONTEXTS = ":*:";

    private final RemoteRegistry from;
    private final RemoteRegistry to;
    private final WriteMode writing;
    private final List<String> conflicts = new ArrayList<>();
    private final Set<VersionKey> done = new HashSet<>();
    private Map<VersionKey, SyncedVersion> existing;
    private Set<Integer> existingIds;
    private int same;
    private int copied;
    private int storedById;
    private int settings;

    enum WriteMode {
        ON,
        /** Only reports what a sync would copy. */
        OFF
    }

    RegistrySync(RemoteRegistry from, RemoteRegistry to, WriteMode writing) {
        this.from = from;
        this.to = to;
        this.writing = writing;
    }

    /**
     * Copies from {@code from} to {@code to} without credentials. It may be repeated at any time.
     *
     * @throws SyncException if a registry is unavailable
     */
    public static SyncReport copy(URI from, URI to) {
        return new RegistrySync(new RemoteRegistry(from), new RemoteRegistry(to), WriteMode.ON).run();
    }

    /** @throws SyncException if a registry is unavailable */
    SyncReport run() {
        if (from.get("/v1/metadata/id").equals(to.get("/v1/metadata/id"))) {
            throw new SyncException(from + " and " + to + " are the same registry: they share a database", null);
        }
        Map<VersionKey, SyncedVersion> here = versions(from);
        existing = versions(to);
        existingIds = existing.values().stream().map(SyncedVersion::id).collect(Collectors.toSet());
        here.values().forEach(version -> copy(here, version));
        copySettings(here.keySet().stream().map(VersionKey::subject).collect(Collectors.toCollection(TreeSet::new)));
        return new SyncReport(same, copied, storedById, settings, conflicts);
    }

    private static Map<VersionKey, SyncedVersion> versions(RemoteRegistry registry) {
        Map<VersionKey, SyncedVersion> versions = new LinkedHashMap<>();
        JsonNode page;
        int offset = 0;
        do {
            page = registry.get(
                    "/schemas?subjectPrefix=" + ALL_CONTEXTS + "&deleted=true&offset=" + offset + "&limit=" + PAGE);
            for (JsonNode listed : page) {
                SyncedVersion version = SyncedVersion.of(listed);
                versions.put(version.place(), version);
            }
            offset += PAGE;
        } while (page.size() == PAGE);
        return versions;
    }

    /** Copies a version after its references. */
    private void copy(Map<VersionKey, SyncedVersion> here, SyncedVersion version) {
        if (!done.add(version.place())) {
            return;
        }
        for (VersionKey used : version.uses()) {
            SyncedVersion reference = here.get(used);
            if (reference != null) {
                copy(here, reference);
            }
        }
        SyncedVersion other = existing.get(version.place());
        if (other == null) {
            add(version);
        } else if (other.id() != version.id()) {
            conflict(version, "schema " + version.id() + " in " + from + ", schema " + other.id() + " in " + to);
            storeSchema(version);
        } else if (!other.schema().equals(version.schema()) && !isSameSchema(version.id())) {
            conflict(version, "two schemas with the id " + version.id());
        } else if (other.deleted() != version.deleted()) {
            conflict(
                    version,
                    version.deleted()
                            ? "deleted in " + from + ", active in " + to
                            : "active in " + from + ", deleted in " + to);
        } else {
            same++;
        }
    }

    private void add(SyncedVersion version) {
        if (writing == WriteMode.OFF) {
            copied++;
            return;
        }
        RemoteRegistry.Response response = to.put(version.place().path(), version.toRequest());
        if (response.isDone()) {
            copied++;
            existingIds.add(version.id());
        } else {
            conflict(version, "not accepted by " + to + ": " + response.refusal());
            storeSchema(version);
        }
    }

    /** Stores the schema by its id. No other schema can have this id, because ids are derived from the content. */
    private void storeSchema(SyncedVersion version) {
        String path = "/schemas/ids/" + version.id();
        if (!existingIds.add(version.id()) || to.find(path).isPresent()) {
            return;
        }
        storedById++;
        if (writing == WriteMode.OFF) {
            return;
        }
        ObjectNode request = version.toRequest().put("schema", resolved(from, version.id()));
        request.remove("references");
        RemoteRegistry.Response response = to.put(path, request);
        if (!response.isDone()) {
            storedById--;
            conflict(version, "not stored by id in " + to + ": " + response.refusal());
        }
    }

    private boolean isSameSchema(int id) {
        return Arrays.equals(fingerprint(resolved(from, id)), fingerprint(resolved(to, id)));
    }

    private static String resolved(RemoteRegistry registry, int id) {
        return registry.get("/schemas/ids/" + id + "?format=resolved")
                .path("schema")
                .asText();
    }

    private static byte[] fingerprint(String schema) {
        return SchemaId.fingerprint(new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(schema));
    }

    private void copySettings(Set<String> subjects) {
        copySettings("/config", "all subjects");
        for (String subject : subjects) {
            copySettings("/config/" + RemoteRegistry.encode(subject), "subject " + subject);
        }
    }

    private void copySettings(String path, String what) {
        Optional<JsonNode> here = from.find(path);
        Optional<JsonNode> other = to.find(path);
        if (here.isEmpty() || here.equals(other)) {
            return;
        }
        if (other.isPresent()) {
            conflicts.add("settings of " + what + ": " + here.get() + " in " + from + ", " + other.get() + " in " + to);
            return;
        }
        settings++;
        if (writing == WriteMode.OFF) {
            return;
        }
        RemoteRegistry.Response response = to.put(path, here.get());
        if (!response.isDone()) {
            settings--;
            conflicts.add("settings of " + what + ": not accepted by " + to + ": " + response.refusal());
        }
    }

    private void conflict(SyncedVersion version, String what) {
        conflicts.add(version.place() + ": " + what);
    }
}
