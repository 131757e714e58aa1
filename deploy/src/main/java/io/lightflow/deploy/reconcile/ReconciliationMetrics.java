package io.lightflow.deploy.reconcile;

/** Gauges of a reconciliation, in the text format of Prometheus. */
final class ReconciliationMetrics {
    private ReconciliationMetrics() {}

    static String of(Reconciliation result) {
        String group = "group=\"" + result.group() + "\"";
        StringBuilder output = new StringBuilder();
        gauge(output, "equal", "1 if all outputs tell the same about the hour.");
        sample(output, "equal", group, result.equal() ? 1 : 0);
        gauge(output, "hour_timestamp_seconds", "Beginning of the hour, in seconds since the Unix epoch.");
        sample(output, "hour_timestamp_seconds", group, result.hour().getEpochSecond());
        gauge(output, "made_timestamp_seconds", "When it was compared, in seconds since the Unix epoch.");
        sample(output, "made_timestamp_seconds", group, result.made().getEpochSecond());
        gauge(output, "differences", "Records and rows that differ.");
        sample(output, "differences", group, result.differenceCount());
        gauge(output, "rows", "Rows of the hour in the tables of the archive.");
        for (TableComparison.Result table : result.tables()) {
            sample(
                    output,
                    "rows",
                    group + ",table=\"" + table.table() + "\"",
                    table.archive().rows() + table.notCompared());
        }
        return output.toString();
    }

    private static void gauge(StringBuilder output, String name, String help) {
        output.append("# HELP lightflow_reconciliation_")
                .append(name)
                .append(' ')
                .append(help);
        output.append("\n# TYPE lightflow_reconciliation_").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder output, String name, String labels, long value) {
        output.append("lightflow_reconciliation_").append(name).append('{').append(labels);
        output.append("} ").append(value).append('\n');
    }
}
