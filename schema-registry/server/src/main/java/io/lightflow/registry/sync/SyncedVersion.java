package io.lightflow.registry.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A version of a subject as a registry lists it.
 *
 * @param content the fields that a copy must have
 */
record SyncedVersion(VersionKey place, int id, ObjectNode content, boolean deleted) {
    private static final List<String> CONTENT = List.of("schema", "references", "metadata", "ruleSet");
    private static final String CONTEXT_START = ":.";

    /** Identifies a version. */
    record VersionKey(String subject, int version) {
        String path() {
            return "/subjects/" + RemoteRegistry.encode(subject) + "/versions/" + version;
        }

        @Override
        public String toString() {
            return "version " + version + " of " + subject;
        }
    }

    static SyncedVersion of(JsonNode listed) {
        ObjectNode content = JsonNodeFactory.instance.objectNode();
        for (String field : CONTENT) {
            if (listed.has(field)) {
                content.set(field, listed.path(field));
            }
        }
        return new SyncedVersion(
                new VersionKey(
                        listed.path("subject").asText(), listed.path("version").asInt()),
                listed.path("id").asInt(),
                content,
                listed.path("deleted").asBoolean());
    }

    String schema() {
        return content.path("schema").asText();
    }

    /** The referenced versions. */
    List<VersionKey> uses() {
        List<VersionKey> uses = new ArrayList<>();
        content.path("references")
                .forEach(reference -> uses.add(new VersionKey(
                        qualified(reference.path("subject").asText()),
                        reference.path("version").asInt())));
        return uses;
    }

    /** The subject that a reference of this version means: without a context, it is in the same one. */
    private String qualified(String subject) {
        String own = place.subject();
        if (subject.startsWith(":.:")) {
            return subject.substring(3);
        }
        return subject.startsWith(CONTEXT_START) || !own.startsWith(CONTEXT_START)
                ? subject
                : own.substring(0, own.indexOf(':', CONTEXT_START.length()) + 1) + subject;
    }

    ObjectNode toRequest() {
        ObjectNode request = content.deepCopy().put("id", id);
        return deleted ? request.put("deleted", true) : request;
    }
}
