package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;
import java.io.PrintStream;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints a certificate for operators. */
final class CertificateText {
    private CertificateText() {}

    static void print(Certificate certificate, PrintStream out) {
        out.println("group " + certificate.group() + ", events of " + certificate.hour() + " to "
                + certificate.hour().plus(1, ChronoUnit.HOURS) + ": "
                + (certificate.complete() ? "COMPLETE" : certificate.differenceCount() + " DIFFERENCES"));
        if (!certificate.frontsNotCounted().isEmpty()) {
            out.println("  not counted: the front clusters of " + certificate.frontsNotCounted()
                    + ", which are not in the settings (key fronts)");
        }
        table(certificate, out);
        postgres(certificate.postgres(), out);
        differences(certificate, out);
        positions(certificate, out);
    }

    private static void table(Certificate certificate, PrintStream out) {
        List<AuditCategory> categories = new ArrayList<>(List.of(AuditCategory.values()));
        if (certificate.frontsCounted().isEmpty()) {
            categories.removeAll(List.of(AuditCategory.FRONT, AuditCategory.TWICE, AuditCategory.UNDER_WAY));
        }
        out.printf("%5s %-11s", "shard", "");
        categories.forEach(category -> out.printf(" %" + width(category) + "s", title(category)));
        out.println();
        EventTally sum = new EventTally();
        for (ShardCertificate shard : certificate.shards()) {
            rows(Integer.toString(shard.shard()), shard.events(), categories, out);
            sum.add(shard.events());
        }
        if (certificate.shards().size() > 1) {
            rows("all", sum, categories, out);
        }
    }

    private static void rows(String name, EventTally tally, List<AuditCategory> categories, PrintStream out) {
        for (EventType type : EventType.values()) {
            if (categories.stream().allMatch(category -> tally.get(type, category) == 0)) {
                continue;
            }
            out.printf("%5s %-11s", name, type.plural());
            categories.forEach(category -> out.printf(" %" + width(category) + "d", tally.get(type, category)));
            out.println();
        }
    }

    private static String title(AuditCategory category) {
        return category.label().replace('_', ' ');
    }

    private static int width(AuditCategory category) {
        return Math.max(9, title(category).length());
    }

    private static void postgres(RowsCertificate rows, PrintStream out) {
        if (rows == null) {
            out.println("  PostgreSQL: not compared, since a row is the sum of all shards");
            return;
        }
        out.printf(
                Locale.ROOT,
                "  PostgreSQL: %d rows by the hour compared with the joined topics of %s (%d impressions, %d clicks,"
                        + " %d conversions): %s%n",
                rows.rows(),
                rows.groups(),
                rows.impressions(),
                rows.clicks(),
                rows.conversions(),
                rows.differenceCount() == 0 ? "equal" : rows.differenceCount() + " DIFFERENCES");
        rows.notes().forEach(note -> out.println("    " + note));
    }

    private static void differences(Certificate certificate, PrintStream out) {
        for (ShardCertificate shard : certificate.shards()) {
            shard.differences().forEach(difference -> out.println("  DIFFERENCE " + difference));
            more(shard.differenceCount() - shard.differences().size(), "of shard " + shard.shard(), out);
        }
        if (certificate.postgres() != null) {
            certificate.postgres().differences().forEach(row -> out.println("  DIFFERENCE row " + row));
            more(
                    certificate.postgres().differenceCount()
                            - certificate.postgres().differences().size(),
                    "of rows",
                    out);
        }
    }

    private static void more(long count, String where, PrintStream out) {
        if (count > 0) {
            out.println("  ... and " + count + " more " + where);
        }
    }

    private static void positions(Certificate certificate, PrintStream out) {
        out.println("  counted between these offsets (shard:from-to):");
        Map<String, StringBuilder> lines = new LinkedHashMap<>();
        for (ShardCertificate shard : certificate.shards()) {
            for (OffsetRange range : shard.positions()) {
                lines.computeIfAbsent(range.cluster() + " " + range.topic(), none -> new StringBuilder())
                        .append(' ')
                        .append(range.partition())
                        .append(':')
                        .append(range.from())
                        .append('-')
                        .append(range.to());
            }
        }
        lines.forEach((topic, ranges) -> out.println("    " + topic + ranges));
    }
}
