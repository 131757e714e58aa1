package io.lightflow.deploy.why;

import io.lightflow.event.TraceParent;
import io.lightflow.topology.trace.EventCopy;
import io.lightflow.topology.trace.EventTrace;
import io.lightflow.topology.trace.Hop;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.Pending;
import io.lightflow.topology.trace.RecordPlace;
import io.lightflow.topology.trace.RelatedEvent;
import io.lightflow.topology.trace.SearchedSpan;
import io.lightflow.topology.trace.StatisticsRow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a trace for people: one line per hop, times in UTC, and at the end what is missing. */
final class TraceText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final String NO_TIME = " ".repeat(24);

    private final StringBuilder text = new StringBuilder();

    private TraceText() {}

    static String of(IdTrace trace) {
        TraceText text = new TraceText();
        trace.events().forEach(event -> text.event(trace, event));
        if (trace.events().isEmpty()) {
            String wanted = TraceParent.parse(trace.id())
                    .map(parent -> " of trace " + parent.traceId())
                    .orElse(" with id " + trace.id());
            text.line("No event of group " + trace.group() + wanted + " was found.");
        }
        text.searched(trace.searched());
        trace.notes().forEach(note -> text.line("note: " + note));
        return text.text.toString();
    }

    private void line(String line) {
        text.append(line).append(System.lineSeparator());
    }

    private void event(IdTrace trace, EventTrace event) {
        line(lower(event.type()) + " " + event.id() + " of group " + trace.group() + ": " + lower(event.fate()));
        for (Hop hop : event.hops()) {
            hop(hop);
        }
        if (!event.copies().isEmpty()) {
            line("  other records of it");
            event.copies().forEach(this::copy);
        }
        if (!event.related().isEmpty()) {
            line("  other events");
            event.related().forEach(this::related);
        }
        pending("  missing", event.missing());
        pending("  possible", event.possible());
    }

    private void hop(Hop hop) {
        line("  %-8s  %s  %s".formatted(lower(hop.station()), time(hop.time()), placed(hop.place(), hop.text())));
        for (StatisticsRow row : hop.rows()) {
            if (row.table().endsWith("_minute")) {
                line(" ".repeat(12) + time(row.time()) + "  " + row.table() + dimensions(row.dimensions()));
            }
        }
    }

    private static String placed(RecordPlace place, String what) {
        return place == null ? what : place + ", " + what;
    }

    private static String dimensions(Map<String, String> dimensions) {
        StringBuilder text = new StringBuilder();
        dimensions.forEach((column, value) -> {
            if (!value.isEmpty()) {
                text.append(' ').append(column).append('=').append(value);
            }
        });
        return text.toString();
    }

    private void copy(EventCopy copy) {
        line("    %-12s  %s  %s".formatted(lower(copy.fate()), time(copy.time()), placed(copy.place(), copy.text())));
    }

    private void related(RelatedEvent other) {
        line("    %-15s  %s  %s"
                .formatted(
                        lower(other.relation()),
                        time(other.time()),
                        lower(other.type()) + " " + other.id() + ", " + placed(other.place(), other.text())));
    }

    private void pending(String title, List<Pending> all) {
        if (!all.isEmpty()) {
            line(title);
            all.forEach(pending -> line(
                    "    " + pending.what() + (pending.until() == null ? "" : ", until " + time(pending.until()))));
        }
    }

    private void searched(SearchedSpan searched) {
        if (searched.archiveFrom() != null) {
            line("searched: hours of the archive from " + searched.archiveFrom() + " to " + searched.archiveTo());
        }
        if (searched.topicsFrom() != null) {
            line("searched: " + searched.topicRecords() + " records of the topics"
                    + (searched.archiveFrom() == null ? "" : " that the archive does not hold") + ", from "
                    + time(searched.topicsFrom()));
        }
    }

    private static String time(Instant time) {
        return time == null ? NO_TIME : TIME.format(time);
    }

    private static String lower(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
