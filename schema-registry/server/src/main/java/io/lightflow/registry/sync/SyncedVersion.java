package io.lightflow.registry.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** A version of a subject as a registry lists it. */
record SyncedVersion(VersionKey place, int id, String schema, JsonNode references, boolean deleted) {

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
        return new SyncedVersion(
                new VersionKey(
                        listed.path("subject").asText(), listed.path("version").asInt()),
                listed.path("id").asInt(),
                listed.path("schema").asText(),
                listed.path("references"),
                listed.path("deleted").asBoolean());
    }

    /** The referenced versions. */
    List<VersionKey> uses() {
        List<VersionKey> uses = new ArrayList<>();
        references.forEach(reference -> uses.add(new VersionKey(
                reference.path("subject").asText(), reference.path("version").asInt())));
        return uses;
    }

    ObjectNode toRequest() {
        ObjectNode request =
                JsonNodeFactory.instance.objectNode().put("schema", schema).put("id", id);
        if (references.isArray()) {
            request.set("references", references);
        }
        return deleted ? request.put("deleted", true) : request;
    }
}
