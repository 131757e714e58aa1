package io.lightflow.deploy.query;

import io.lightflow.archive.catalog.ArchiveCatalog;
import io.lightflow.reports.query.QueryOutcome;
import io.lightflow.reports.query.QueryOutcome.Status;
import io.lightflow.reports.query.QuerySettings;
import io.lightflow.reports.query.QueryTask;
import io.lightflow.time.Durations;
import io.lightflow.topology.archive.ArchiveTopology;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.trace.EventTracer;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.TraceJson;
import java.io.IOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows events through groups. Used by one thread. */
final class WhyQueries {
    private static final Logger LOG = LoggerFactory.getLogger(WhyQueries.class);

    private final List<GroupSettings> groups;
    /** Opened at the first query, and again after a failure. */
    private final List<Tracer> tracers = new ArrayList<>();

    WhyQueries(QuerySettings settings) {
        this.groups = settings.groups().stream().map(GroupSettings::read).toList();
    }

    private record Tracer(EventTracer tracer, Optional<ArchiveCatalog> catalog) {
        static Tracer open(GroupSettings group) {
            Optional<ArchiveCatalog> catalog =
                    Optional.ofNullable(group.archive()).map(archive -> ArchiveTopology.catalog(group));
            return new Tracer(new EventTracer(group, catalog, InstantSource.system()), catalog);
        }

        void close() {
            tracer.close();
            catalog.ifPresent(ArchiveCatalog::close);
        }
    }

    QueryOutcome run(QueryTask task) {
        try {
            if (tracers.isEmpty()) {
                groups.forEach(group -> tracers.add(Tracer.open(group)));
            }
            Optional<String> advertiser = Optional.ofNullable(task.advertiser());
            List<IdTrace> found = tracers.stream()
                    .map(each -> each.tracer().trace(task.text(), task.back(), advertiser))
                    .map(trace -> advertiser.isPresent() ? withoutNotes(trace) : trace)
                    .filter(trace -> !trace.events().isEmpty())
                    .toList();
            if (found.isEmpty()) {
                return QueryOutcome.without(
                        Status.NOT_FOUND,
                        "no event with the id or trace " + task.text()
                                + " was found in the archive or in the topics of the last "
                                + Durations.format(task.back()));
            }
            Files.writeString(task.result(), TraceJson.write(found));
            return QueryOutcome.done(0, List.of());
        } catch (IOException | RuntimeException e) {
            LOG.warn("Following an event failed", e);
            tracers.forEach(Tracer::close);
            tracers.clear();
            return QueryOutcome.without(
                    Status.UNAVAILABLE,
                    "the central cluster or the archive is unavailable, and the server's log tells which: retry in a"
                            + " few seconds");
        }
    }

    /** Notes tell of servers, which are nothing for an advertiser. */
    private static IdTrace withoutNotes(IdTrace trace) {
        if (trace.notes().isEmpty()) {
            return trace;
        }
        LOG.warn("Following event {} of group {}: {}", trace.id(), trace.group(), trace.notes());
        return new IdTrace(
                trace.id(),
                trace.group(),
                trace.at(),
                trace.events(),
                trace.searched(),
                List.of("not everything could be looked up"));
    }
}
