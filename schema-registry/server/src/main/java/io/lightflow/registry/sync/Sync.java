package io.lightflow.registry.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.lightflow.registry.client.SchemaId;
import io.lightflow.registry.sync.Version.Place;
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
 * Copies versions, and compatibility levels of subjects, that {@code to} lacks. A version is copied with its number,
 * since others may refer to it by that. Where {@code to} has something else, it stays, and the conflict is reported;
 * the schema itself is made known by its id all the same, so that records written with it can be read. Used once.
 */
public final class Sync {
    private static final int PAGE = 500;

    private final Remote from;
    private final Remote to;
    private final Writing writing;
    private final List<String> conflicts = new ArrayList<>();
    private final Set<Place> done = new HashSet<>();
    private Map<Place, Version> there;
    private Set<Integer> idsThere;
    private int same;
    private int copied;
    private int kept;
    private int levels;

    enum Writing {
        ON,
        /** Only tell what would be done. */
        OFF
    }

    Sync(Remote from, Remote to, Writing writing) {
        this.from = from;
        this.to = to;
        this.writing = writing;
    }

    /**
     * Brings to {@code to} what {@code from} knows; both are open to everybody. May be done again at any time.
     *
     * @throws SyncException if one of them cannot be asked
     */
    public static SyncReport copy(URI from, URI to) {
        return new Sync(new Remote(from, Optional.empty()), new Remote(to, Optional.empty()), Writing.ON).run();
    }

    /** @throws SyncException if one of them cannot be asked */
    SyncReport run() {
        if (from.get("/v1/metadata/id").equals(to.get("/v1/metadata/id"))) {
            throw new SyncException(from + " and " + to + " are one registry: they share a database", null);
        }
        Map<Place, Version> here = versions(from);
        there = versions(to);
        idsThere = there.values().stream().map(Version::id).collect(Collectors.toSet());
        here.values().forEach(version -> copy(here, version));
        copyLevels(here.keySet().stream().map(Place::subject).collect(Collectors.toCollection(TreeSet::new)));
        return new SyncReport(same, copied, kept, levels, conflicts);
    }

    private static Map<Place, Version> versions(Remote registry) {
        Map<Place, Version> versions = new LinkedHashMap<>();
        JsonNode page;
        int offset = 0;
        do {
            page = registry.get("/schemas?deleted=true&offset=" + offset + "&limit=" + PAGE);
            for (JsonNode listed : page) {
                Version version = Version.of(listed);
                versions.put(version.place(), version);
            }
            offset += PAGE;
        } while (page.size() == PAGE);
        return versions;
    }

    /** What a version refers to comes first. */
    private void copy(Map<Place, Version> here, Version version) {
        if (!done.add(version.place())) {
            return;
        }
        for (Place used : version.uses()) {
            Version reference = here.get(used);
            if (reference != null) {
                copy(here, reference);
            }
        }
        Version other = there.get(version.place());
        if (other == null) {
            add(version);
        } else if (other.id() != version.id()) {
            conflict(version, "schema " + version.id() + " in " + from + ", schema " + other.id() + " in " + to);
            keep(version);
        } else if (!other.schema().equals(version.schema()) && !isSameSchema(version.id())) {
            conflict(version, "two schemas with the one id " + version.id());
        } else if (other.deleted() != version.deleted()) {
            conflict(
                    version,
                    version.deleted()
                            ? "deleted in " + from + ", alive in " + to
                            : "alive in " + from + ", deleted in " + to);
        } else {
            same++;
        }
    }

    private void add(Version version) {
        if (writing == Writing.OFF) {
            copied++;
            return;
        }
        Remote.Answer answer = to.put(version.place().path(), version.toRequest());
        if (answer.isDone()) {
            copied++;
            idsThere.add(version.id());
        } else {
            conflict(version, "not accepted by " + to + ": " + answer.refusal());
            keep(version);
        }
    }

    /** By its id, which no other schema can have: ids are derived from what schemas say. */
    private void keep(Version version) {
        String path = "/schemas/ids/" + version.id();
        if (!idsThere.add(version.id()) || to.find(path).isPresent()) {
            return;
        }
        kept++;
        if (writing == Writing.OFF) {
            return;
        }
        JsonNode request = JsonNodeFactory.instance.objectNode().put("schema", resolved(from, version.id()));
        Remote.Answer answer = to.put(path, request);
        if (!answer.isDone()) {
            kept--;
            conflict(version, "not kept by its id in " + to + ": " + answer.refusal());
        }
    }

    private boolean isSameSchema(int id) {
        return Arrays.equals(fingerprint(resolved(from, id)), fingerprint(resolved(to, id)));
    }

    private static String resolved(Remote registry, int id) {
        return registry.get("/schemas/ids/" + id + "?format=resolved")
                .path("schema")
                .asText();
    }

    private static byte[] fingerprint(String schema) {
        return SchemaId.fingerprint(new Schema.Parser(NameValidator.NO_VALIDATION)
                .setValidateDefaults(false)
                .parse(schema));
    }

    private void copyLevels(Set<String> subjects) {
        compareLevels("/config", "all subjects");
        for (String subject : subjects) {
            compareLevels("/config/" + Remote.encode(subject), "subject " + subject);
        }
    }

    private void compareLevels(String path, String what) {
        Optional<String> here = level(from, path);
        Optional<String> other = level(to, path);
        if (here.isEmpty() || here.equals(other)) {
            return;
        }
        if (other.isPresent()) {
            conflicts.add(
                    "compatibility of " + what + ": " + here.get() + " in " + from + ", " + other.get() + " in " + to);
            return;
        }
        levels++;
        if (writing == Writing.OFF) {
            return;
        }
        Remote.Answer answer =
                to.put(path, JsonNodeFactory.instance.objectNode().put("compatibility", here.get()));
        if (!answer.isDone()) {
            levels--;
            conflicts.add("compatibility of " + what + ": not accepted by " + to + ": " + answer.refusal());
        }
    }

    private static Optional<String> level(Remote registry, String path) {
        return registry.find(path)
                .map(answer -> answer.path("compatibilityLevel").asText());
    }

    private void conflict(Version version, String what) {
        conflicts.add(version.place() + ": " + what);
    }
}
