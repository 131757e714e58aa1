package io.lightflow.mirror;

import io.lightflow.mirror.MirrorAudit.PartitionReport;
import java.util.List;

/**
 * Formats an audit as a table for people: every partition that differs from its copy, and the total of each topic of a
 * data center.
 */
final class AuditTable {
    private static final String ROW = "%-12s %-14s %9s %12s %12s %10s %9s %9s %12s  %s%n";

    private AuditTable() {}

    static String of(List<PartitionReport> reports) {
        StringBuilder table = new StringBuilder(ROW.formatted(
                "dc", "topic", "partition", "in front", "copied", "lag", "missing", "surplus", "out of order", ""));
        String topic = "";
        for (int i = 0; i < reports.size(); i++) {
            PartitionReport report = reports.get(i);
            if (!report.exact() || report.lag() > 0) {
                row(table, Integer.toString(report.partition()), List.of(report));
            }
            topic = report.dataCenter() + "." + report.topic();
            boolean last = i == reports.size() - 1
                    || !topic.equals(reports.get(i + 1).dataCenter() + "."
                            + reports.get(i + 1).topic());
            if (last) {
                PartitionReport of = report;
                row(
                        table,
                        "all",
                        reports.stream()
                                .filter(other -> other.dataCenter().equals(of.dataCenter())
                                        && other.topic().equals(of.topic()))
                                .toList());
            }
        }
        return table.toString();
    }

    private static void row(StringBuilder table, String partition, List<PartitionReport> reports) {
        PartitionReport first = reports.get(0);
        table.append(ROW.formatted(
                first.dataCenter(),
                first.topic(),
                partition,
                reports.stream().mapToLong(PartitionReport::front).sum(),
                reports.stream().mapToLong(PartitionReport::copy).sum(),
                reports.stream().mapToLong(PartitionReport::lag).sum(),
                reports.stream().mapToLong(PartitionReport::missing).sum(),
                reports.stream().mapToLong(PartitionReport::surplus).sum(),
                reports.stream().mapToLong(PartitionReport::outOfOrder).sum(),
                remark(reports)));
    }

    private static String remark(List<PartitionReport> reports) {
        PartitionReport first = reports.get(0);
        if (first.partitionsOfCopy() == 0) {
            return "no copy";
        }
        if (first.partitionsOfCopy() != first.partitionsInFront()) {
            return first.partitionsInFront() + " partitions in front, " + first.partitionsOfCopy() + " in the copy";
        }
        return reports.stream().allMatch(PartitionReport::exact) ? "exact" : "NOT EXACT";
    }
}
