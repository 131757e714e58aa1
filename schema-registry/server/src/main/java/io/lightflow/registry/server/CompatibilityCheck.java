package io.lightflow.registry.server;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Compares a new schema with earlier versions of its subject by Avro's rules and by the subject's settings. */
final class CompatibilityCheck {
    private static final String NEW = "the new schema";

    private CompatibilityCheck() {}

    /** An earlier version of a subject. */
    record VersionedSchema(int version, String text, DataContract contract) {
        Schema schema() {
            return ParsedSchema.parseStored(text);
        }
    }

    /**
     * @param earlier the subject's versions in ascending order
     * @return one line for each incompatibility, with its path in the schema, followed by lines with the old schema and
     *     the level; empty if there is none
     */
    static List<String> incompatibilities(SubjectConfig config, ParsedSchema candidate, List<VersionedSchema> earlier) {
        List<String> lines = new ArrayList<>();
        if (config.validatesFields()) {
            lines.addAll(reservedFields(candidate, earlier));
        }
        for (VersionedSchema old : compared(config, candidate, earlier)) {
            List<String> found = compare(config.compatibilityLevel(), candidate.schema(), old);
            if (!found.isEmpty()) {
                lines.addAll(found);
                lines.add("{oldSchemaVersion: " + old.version() + "}");
                lines.add("{oldSchema: '" + old.text() + "'}");
            }
        }
        if (!lines.isEmpty()) {
            lines.add("{validateFields: '" + config.validatesFields() + "', compatibility: '"
                    + config.compatibilityLevel() + "'}");
        }
        return lines;
    }

    private static List<VersionedSchema> compared(
            SubjectConfig config, ParsedSchema candidate, List<VersionedSchema> earlier) {
        if (config.compatibilityLevel() == CompatibilityLevel.NONE) {
            return List.of();
        }
        String group = config.compatibilityGroup();
        List<VersionedSchema> sameGroup = group == null
                ? earlier
                : earlier.stream()
                        .filter(old -> Objects.equals(
                                old.contract().property(group),
                                candidate.contract().property(group)))
                        .toList();
        return config.compatibilityLevel().transitive() || sameGroup.isEmpty()
                ? sameGroup
                : sameGroup.subList(sameGroup.size() - 1, sameGroup.size());
    }

    private static List<String> compare(CompatibilityLevel level, Schema candidate, VersionedSchema old) {
        String oldName = "version " + old.version();
        Schema oldSchema = old.schema();
        List<String> lines = new ArrayList<>();
        if (level.newReadsOld()) {
            lines.addAll(compare(candidate, NEW, oldSchema, oldName));
        }
        if (level.oldReadsNew()) {
            lines.addAll(compare(oldSchema, oldName, candidate, NEW));
        }
        return lines;
    }

    private static List<String> compare(Schema reader, String readerName, Schema writer, String writerName) {
        List<String> lines = new ArrayList<>();
        for (Incompatibility incompatibility : SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()) {
            lines.add(readerName + " cannot read records of " + writerName + ": " + incompatibility.getType() + " at "
                    + incompatibility.getLocation() + ", " + SchemaPath.named(reader, incompatibility.getLocation())
                    + " ("
                    + incompatibility.getMessage() + ")");
        }
        return lines;
    }

    private static List<String> reservedFields(ParsedSchema candidate, List<VersionedSchema> earlier) {
        Set<String> reserved = reserved(candidate.contract());
        Set<String> removed = earlier.isEmpty()
                ? new HashSet<>()
                : new HashSet<>(reserved(earlier.get(earlier.size() - 1).contract()));
        removed.removeAll(reserved);
        List<String> lines = new ArrayList<>();
        for (String field : removed) {
            lines.add("the new schema has removed reserved field " + field + " from its metadata");
        }
        for (String field : reserved) {
            if (candidate.schema().getType() == Schema.Type.RECORD
                    && candidate.schema().getField(field) != null) {
                lines.add("the new schema has field that conflicts with the reserved field " + field);
            }
        }
        return lines;
    }

    private static Set<String> reserved(DataContract contract) {
        Set<String> names = new HashSet<>();
        contract.property(Metadata.RESERVED_FIELDS).ifPresent(list -> {
            for (String name : list.split(",", -1)) {
                if (!name.isBlank()) {
                    names.add(name.strip());
                }
            }
        });
        return names;
    }
}
