package io.lightflow.registry.server;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Compares a new schema with earlier versions of its subject by Avro's rules. */
final class CompatibilityCheck {
    private static final String NEW = "the new schema";

    private CompatibilityCheck() {}

    /**
     * @param earlier the subject's versions in ascending order
     * @return one line for each incompatibility, with its path in the schema; empty if there is none
     */
    static List<String> incompatibilities(CompatibilityLevel level, Schema candidate, List<VersionedSchema> earlier) {
        List<VersionedSchema> checked =
                level.transitive() || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        List<String> incompatibilities = new ArrayList<>();
        for (VersionedSchema old : checked) {
            String oldName = "version " + old.version();
            if (level.newReadsOld()) {
                incompatibilities.addAll(compare(candidate, NEW, old.schema(), oldName));
            }
            if (level.oldReadsNew()) {
                incompatibilities.addAll(compare(old.schema(), oldName, candidate, NEW));
            }
        }
        return incompatibilities;
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

    /** An earlier version of a subject. */
    record VersionedSchema(int version, Schema schema) {}
}
