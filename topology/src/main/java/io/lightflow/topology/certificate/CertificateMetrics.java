package io.lightflow.topology.certificate;

import io.lightflow.event.EventType;

/** Gauges of a certificate, in the text format of Prometheus. */
final class CertificateMetrics {
    private CertificateMetrics() {}

    static String of(Certificate certificate) {
        String group = "group=\"" + certificate.group() + "\"";
        StringBuilder output = new StringBuilder();
        gauge(output, "complete", "1 if every event of the hour is where it belongs.");
        sample(output, "complete", group, certificate.complete() ? 1 : 0);
        gauge(output, "hour_timestamp_seconds", "Beginning of the hour, in seconds since the Unix epoch.");
        sample(output, "hour_timestamp_seconds", group, certificate.hour().getEpochSecond());
        gauge(output, "made_timestamp_seconds", "When it was counted, in seconds since the Unix epoch.");
        sample(output, "made_timestamp_seconds", group, certificate.made().getEpochSecond());
        gauge(output, "fronts_not_counted", "Data centers whose front clusters are not in the settings.");
        sample(
                output,
                "fronts_not_counted",
                group,
                certificate.frontsNotCounted().size());
        gauge(output, "differences", "Events of the hour that are not where they belong.");
        for (ShardCertificate shard : certificate.shards()) {
            sample(output, "differences", group + ",shard=\"" + shard.shard() + "\"", shard.differenceCount());
        }
        if (certificate.postgres() != null) {
            gauge(output, "row_differences", "Statistics rows of the hour that are not what the joined topics say.");
            sample(output, "row_differences", group, certificate.postgres().differenceCount());
        }
        gauge(output, "events", "Events of the hour by type and outcome.");
        for (ShardCertificate shard : certificate.shards()) {
            for (EventType type : EventType.values()) {
                for (AuditCategory category : AuditCategory.values()) {
                    sample(
                            output,
                            "events",
                            group + ",shard=\"" + shard.shard() + "\",type=\"" + type.plural() + "\",fate=\""
                                    + category.label() + "\"",
                            shard.events().get(type, category));
                }
            }
        }
        return output.toString();
    }

    private static void gauge(StringBuilder output, String name, String help) {
        output.append("# HELP lightflow_certificate_").append(name).append(' ').append(help);
        output.append("\n# TYPE lightflow_certificate_").append(name).append(" gauge\n");
    }

    private static void sample(StringBuilder output, String name, String labels, long value) {
        output.append("lightflow_certificate_").append(name).append('{').append(labels);
        output.append("} ").append(value).append('\n');
    }
}
