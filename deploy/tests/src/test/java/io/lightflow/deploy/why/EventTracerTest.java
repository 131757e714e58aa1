package io.lightflow.deploy.why;

import static io.lightflow.deploy.why.TracedEvents.CLICK_OF_TRACE;
import static io.lightflow.deploy.why.TracedEvents.TRACE;
import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.event.EventType;
import io.lightflow.topology.trace.EventCopy;
import io.lightflow.topology.trace.EventSpan;
import io.lightflow.topology.trace.EventTrace;
import io.lightflow.topology.trace.Fate;
import io.lightflow.topology.trace.Hop;
import io.lightflow.topology.trace.Hop.Station;
import io.lightflow.topology.trace.IdTrace;
import io.lightflow.topology.trace.Pending;
import io.lightflow.topology.trace.RecordPlace;
import io.lightflow.topology.trace.RelatedEvent;
import io.lightflow.topology.trace.RelatedEvent.Relation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Each fate of an event, on the topics and tables that the real topologies have written. */
@ExtendWith(SharedTracedEvents.class)
@Order(SharedTracedEvents.FIRST)
@Execution(ExecutionMode.SAME_THREAD)
class EventTracerTest {
    private final TracedEvents events;

    EventTracerTest(TracedEvents events) {
        this.events = events;
    }

    private static List<Hop> hops(EventTrace event, Station station) {
        return event.hops().stream().filter(hop -> hop.station() == station).toList();
    }

    private static Hop hop(EventTrace event, Station station) {
        assertThat(hops(event, station)).as(event.hops().toString()).hasSize(1);
        return hops(event, station).get(0);
    }

    private static List<String> related(EventTrace event, Relation relation) {
        return event.related().stream()
                .filter(other -> other.relation() == relation)
                .map(RelatedEvent::id)
                .toList();
    }

    @Test
    void aJoinedImpressionIsFollowedFromItsProducerToTheArchive() {
        EventTrace event = events.event("i-1");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(event.joinKey()).isEqualTo("user-1");
        assertThat(hop(event, Station.PRODUCED).time()).isEqualTo(events.at(0));
        assertThat(hop(event, Station.FRONT).place()).isEqualTo(new RecordPlace("impressions", null, 0, null));
        assertThat(hop(event, Station.READ).time()).isNotNull();
        assertThat(hop(event, Station.DECIDED).text()).isEqualTo("joined: the first impression with its id");
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.joined.impressions", "i-1"));
        assertThat(hop(event, Station.COUNTED).rows()).anySatisfy(row -> {
            assertThat(row.table()).isEqualTo("stats_minute");
            assertThat(row.time()).isEqualTo(events.at(0).truncatedTo(java.time.temporal.ChronoUnit.MINUTES));
            assertThat(row.dimensions()).containsEntry("campaign", "camp").containsEntry("currency", "EUR");
        });
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("impressions", "joined_impressions");
        assertThat(hops(event, Station.ARCHIVED)).allSatisfy(hop -> assertThat(Files.isRegularFile(
                        Path.of(java.net.URI.create(hop.archive().file()))))
                .isTrue());
        assertThat(related(event, Relation.USED_BY)).containsExactlyInAnyOrder("c-1", "c-2", "c-later", "v-1");
        assertThat(event.missing()).isEmpty();
        assertThat(event.possible())
                .containsExactly(new Pending("a click can name it", events.at(0).plus(Duration.ofDays(30))));
    }

    @Test
    void aDuplicateNamesTheRecordThatWasIngested() {
        EventTrace event = events.event("i-1");

        RecordPlace ingested = hop(event, Station.CENTRAL).place();
        assertThat(event.copies()).hasSize(1);
        EventCopy copy = event.copies().get(0);
        assertThat(List.of(ingested, copy.place()))
                .containsExactlyInAnyOrder(events.place("i-1@us-west"), events.place("i-1@us-east"));
        assertThat(copy.fate()).isEqualTo(Fate.DUPLICATE);
        assertThat(copy.text()).isEqualTo("duplicate of " + ingested);
    }

    @Test
    void aDuplicateOfAnotherHourIsFoundFromBoth() {
        EventTrace event = events.event("i-twice");

        assertThat(event.copies()).extracting(EventCopy::fate).containsExactly(Fate.DUPLICATE);
        // Either may have been read first.
        assertThat(List.of(
                        hop(event, Station.CENTRAL).place(),
                        event.copies().get(0).place()))
                .containsExactlyInAnyOrder(events.place("i-twice@us-west"), events.place("i-twice@us-east"));
    }

    @Test
    void aJoinedEventThatWasSetAsideCountsInNoRow() {
        Hop counted = hop(events.event("i-twice"), Station.COUNTED);

        assertThat(counted.rows()).isEmpty();
        assertThat(counted.text()).contains("stats_set_aside").endsWith("the reason of the test");
    }

    @Test
    void aJoinedClickNamesItsImpressionAndWhatItIsUsedFor() {
        EventTrace event = events.event("c-2");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(events.place("c-2@us-west"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("joined with impression i-1, 20s before the click; the rules allow 30d before and 1d after");
        assertThat(related(event, Relation.JOINED_WITH)).containsExactly("i-1");
        assertThat(related(event, Relation.SAME_IMPRESSION)).containsExactlyInAnyOrder("c-1", "c-later");
        assertThat(related(event, Relation.USED_BY)).containsExactly("v-1");
        assertThat(event.possible())
                .containsExactly(new Pending(
                        "a conversion can be attributed to it", events.at(20).plus(Duration.ofDays(30))));
    }

    @Test
    void aJoinedConversionTellsWhyTheOtherClicksLost() {
        EventTrace event = events.event("v-1");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.joined.conversions", "v-1"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("attributed to click c-2, 10s before it, the last click of user-1 for advertiser adv;"
                        + " clickLookBack 30d");
        assertThat(related(event, Relation.JOINED_WITH)).containsExactly("c-2", "i-1");
        assertThat(event.related())
                .filteredOn(other -> other.relation() == Relation.LOST)
                .extracting(RelatedEvent::id, RelatedEvent::text, RelatedEvent::place)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "c-later", "it is 10s later than the conversion", events.place("c-later@us-west")),
                        org.assertj.core.groups.Tuple.tuple(
                                "c-1",
                                "click c-2 is the last one at or before the conversion",
                                events.place("c-1@us-west")));
        assertThat(hop(event, Station.COUNTED).rows()).isNotEmpty();
    }

    @Test
    void anUnattributedConversionCountsInNoRow() {
        EventTrace event = events.event("v-nobody");

        assertThat(event.fate()).isEqualTo(Fate.UNATTRIBUTED);
        assertThat(hop(event, Station.DECIDED).text())
                .startsWith("unattributed: no click of user-4 for advertiser adv lies within clickLookBack, 30d");
        assertThat(hop(event, Station.COUNTED).text()).isEqualTo("in no row: the conversion is unattributed");
    }

    @Test
    void aWaitingClickTellsForWhatAndUntilWhen() {
        EventTrace event = events.event("c-waiting");

        assertThat(event.fate()).isEqualTo(Fate.WAITING);
        assertThat(event.missing())
                .containsExactly(
                        new Pending("impression i-nowhere", events.at(10).plus(Duration.ofDays(1))));
        assertThat(hops(event, Station.EMITTED)).isEmpty();
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("clicks");
    }

    @Test
    void aConversionWaitsWithTheClickThatWouldWin() {
        EventTrace event = events.event("v-waiting");

        assertThat(event.fate()).isEqualTo(Fate.WAITING);
        assertThat(related(event, Relation.WAITS)).containsExactly("c-waiting");
        assertThat(event.missing())
                .containsExactly(new Pending(
                        "impression i-nowhere of click c-waiting", events.at(10).plus(Duration.ofDays(1))));
    }

    @Test
    void anOrphanTellsThatItsImpressionCameTooLate() {
        EventTrace event = events.event("c-orphan");

        assertThat(event.fate()).isEqualTo(Fate.ORPHANED);
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.orphans", "c-orphan"));
        assertThat(hop(event, Station.DECIDED).text())
                .isEqualTo("an orphan: impression i-late did not come within orphanAfter, 1s; final");
        assertThat(event.related()).singleElement().satisfies(impression -> {
            assertThat(impression.relation()).isEqualTo(Relation.NAMED);
            assertThat(impression.place()).isEqualTo(events.place("i-late@us-west"));
            assertThat(impression.text()).isEqualTo("it is 5s after the click; orphanAfter is 1s");
        });
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("clicks", "orphans");
    }

    @Test
    void aRejectedEventTellsTheReason() {
        EventTrace event = events.event("i-rejected");

        assertThat(event.fate()).isEqualTo(Fate.REJECTED);
        assertThat(hop(event, Station.DECIDED).text()).startsWith("rejected: ").contains("-1");
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.rejected", "i-rejected"));
        assertThat(hops(event, Station.ARCHIVED))
                .extracting(hop -> hop.archive().table())
                .containsExactly("impressions", "rejected");
    }

    @Test
    void invalidTrafficNamesItsRule() {
        EventTrace click = events.event("c-crawled");
        assertThat(hop(click, Station.DECIDED).text()).endsWith("; invalid traffic by the rule invalid-impression");
        assertThat(hop(click, Station.COUNTED).text()).contains("apart, as invalid traffic");
        assertThat(hop(events.event("i-crawled"), Station.DECIDED).text())
                .isEqualTo("joined: the first impression with its id; invalid traffic by the rule crawler");
        assertThat(hop(events.event("c-fast"), Station.DECIDED).text())
                .endsWith("; matches the traffic rule fast-click, in shadow mode");
    }

    @Test
    void aPartnersTopicHasTheChosenEvents() {
        assertThat(events.output("us.partner", "c-1").offset()).isNotNegative();
        assertThat(events.outputs("us.partner", "c-crawled")).isEmpty();
        assertThat(events.outputs("us.joined.clicks", "c-crawled")).hasSize(1);
    }

    @Test
    void aTagIsFollowedToo() {
        EventTrace event = events.event("t-1");

        assertThat(event.type()).isEqualTo(EventType.TAG);
        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hops(event, Station.COUNTED)).isEmpty();
    }

    @Test
    void anEventThatIsNotArchivedYetIsFoundInTheTopics() {
        EventTrace event = events.event("i-new");

        assertThat(event.fate()).isEqualTo(Fate.JOINED);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(events.place("i-new@us-east"));
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.joined.impressions", "i-new"));
        assertThat(hop(event, Station.FRONT).place())
                .isEqualTo(new RecordPlace("impressions", null, 0, events.originalOffset()));
        assertThat(hops(event, Station.ARCHIVED)).isEmpty();
        assertThat(event.missing())
                .extracting(Pending::what)
                .anyMatch(what -> what.startsWith("stats-counter must count it: stats-counter is at offset "))
                .anyMatch(what -> what.startsWith("the archive must write it: us.impressions is at offset "))
                .anyMatch(what -> what.startsWith("the archive must write it: us.joined_impressions is at offset "));
        assertThat(event.copies()).singleElement().satisfies(copy -> {
            assertThat(copy.fate()).isEqualTo(Fate.NOT_READ);
            assertThat(copy.place()).isEqualTo(events.place("i-new@us-west"));
        });
    }

    @Test
    void anEventThatIsNotReadYetTellsWhereTheJoinIs() {
        EventTrace event = events.event("i-unread");

        RecordPlace place = events.place("i-unread@us-east");
        assertThat(event.fate()).isEqualTo(Fate.NOT_READ);
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(place);
        assertThat(event.missing())
                .extracting(Pending::what)
                .contains("dataflow must read it: dataflow is at offset " + place.offset() + ", the record at "
                        + place.offset());
    }

    @Test
    void anUnknownIdTellsWhatWasSearched() {
        IdTrace trace = events.trace("nobody");

        assertThat(trace.events()).isEmpty();
        assertThat(trace.searched().archiveFrom()).isBeforeOrEqualTo(events.at(0));
        assertThat(trace.searched().archiveTo()).isAfter(events.at(0));
        assertThat(trace.searched().topicsFrom()).isEqualTo(trace.at().minus(TracedEvents.BACK));
        assertThat(trace.searched().topicRecords()).isPositive();
    }

    @Test
    void withoutAnArchiveTheTopicsTellTheSame() {
        for (String id : List.of("i-1", "v-1", "v-waiting", "c-orphan")) {
            EventTrace archived = events.event(id);
            EventTrace recent = events.trace(events.group().settingsWithoutArchive(), Optional.empty(), id)
                    .events()
                    .get(0);

            assertThat(recent.fate()).as(id).isEqualTo(archived.fate());
            assertThat(recent.related()).as(id).containsExactlyInAnyOrderElementsOf(archived.related());
            assertThat(recent.missing()).as(id).isEqualTo(archived.missing());
            assertThat(recent.hops())
                    .as(id)
                    .containsExactlyElementsOf(archived.hops().stream()
                            .filter(hop -> hop.station() != Station.ARCHIVED)
                            .toList());
        }
    }

    @Test
    void aRecordThatDoesNotDecodeIsFoundByItsBytesInTheTopics() {
        EventTrace event = events.trace(events.group().settingsWithoutArchive(), Optional.empty(), "c-damaged")
                .events()
                .get(0);

        assertThat(event.fate()).isEqualTo(Fate.REJECTED);
        assertThat(event.time()).isNull();
        assertThat(hop(event, Station.CENTRAL).place()).isEqualTo(events.place("c-damaged"));
        assertThat(hop(event, Station.EMITTED).place()).isEqualTo(events.output("us.rejected", "c-damaged"));
    }

    @Test
    void aTraceparentAsksForTheEventsOfItsTrace() {
        IdTrace trace = events.trace("00-" + TRACE.traceId() + "-aaaaaaaaaaaaaaaa-00");

        assertThat(trace.notes()).isEmpty();
        assertThat(trace.events())
                .extracting(EventTrace::id)
                .containsExactlyInAnyOrder(
                        "i-traced",
                        "c-traced",
                        "v-traced",
                        events.place("damaged").toString());
        assertThat(trace.events()).allSatisfy(event -> {
            String span = (event.id().equals("c-traced") ? CLICK_OF_TRACE : TRACE).spanId();
            assertThat(event.span()).isEqualTo(new EventSpan(TRACE.traceId(), span));
            assertThat(hop(event, Station.PRODUCED).text()).endsWith("trace " + TRACE.traceId() + ", span " + span);
            assertThat(event.fate())
                    .isEqualTo(
                            switch (event.id()) {
                                case "i-traced", "c-traced" -> Fate.JOINED;
                                case "v-traced" -> Fate.NOT_READ;
                                default -> Fate.REJECTED;
                            });
        });
        assertThat(events.event("c-traced").span().spanId()).isEqualTo(CLICK_OF_TRACE.spanId());
    }

    @Test
    void withoutAnArchiveTheTopicsHaveTheTrace() {
        IdTrace trace = events.trace(events.group().settingsWithoutArchive(), Optional.empty(), TRACE.toString());

        assertThat(trace.events())
                .extracting(EventTrace::id)
                .containsExactlyInAnyOrder(
                        "i-traced",
                        "c-traced",
                        "v-traced",
                        events.place("damaged").toString());
    }
}
