package io.lightflow.registry.server;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.Incompatibility;

/** Says, by Avro's own rules, what stands between a new schema and the earlier versions of its subject. */
final class CompatibilityCheck {
    private static final String NEW = "the new schema";

    private CompatibilityCheck() {}

    /**
     * @param earlier the subject's versions in rising order
     * @return one line for each obstacle, with its path in the schema; empty if there is none
     */
    static List<String> obstacles(CompatibilityLevel level, Schema candidate, List<VersionedSchema> earlier) {
        List<VersionedSchema> checked =
                level.transitive() || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        List<String> obstacles = new ArrayList<>();
        for (VersionedSchema old : checked) {
            String oldName = "version " + old.version();
            if (level.newReadsOld()) {
                obstacles.addAll(compare(candidate, NEW, old.schema(), oldName));
            }
            if (level.oldReadsNew()) {
                obstacles.addAll(compare(old.schema(), oldName, candidate, NEW));
            }
        }
        return obstacles;
    }

    private static List<String> compare(Schema reader, String readerName, Schema writer, String writerName) {
        List<String> lines = new ArrayList<>();
        for (Incompatibility obstacle : SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()) {
            lines.add(readerName + " cannot read records of " + writerName + ": " + obstacle.getType() + " at "
                    + obstacle.getLocation() + ", " + SchemaPath.named(reader, obstacle.getLocation()) + " ("
                    + obstacle.getMessage() + ")");
        }
        return lines;
    }

    /** One earlier version of a subject. */
    record VersionedSchema(int version, Schema schema) {}
}
