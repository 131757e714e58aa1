package io.lightflow.topology.simulation;

import static io.lightflow.topology.simulation.Promise.require;
import static io.lightflow.topology.simulation.Promise.requireEqual;

import io.lightflow.event.Beacon;
import io.lightflow.event.BeaconMark;
import io.lightflow.event.BlockEntry;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventOrigin;
import io.lightflow.event.EventType;
import io.lightflow.event.GeneratedRecords;
import io.lightflow.event.Impression;
import io.lightflow.event.JoinedClick;
import io.lightflow.event.JoinedConversion;
import io.lightflow.event.LightEvent;
import io.lightflow.event.OutputEvent;
import io.lightflow.event.OutputTopic;
import io.lightflow.event.RejectedEvent;
import io.lightflow.event.Rejection;
import io.lightflow.event.WireFormat;
import io.lightflow.invariant.BruteForce;
import io.lightflow.invariant.BruteForce.Arrival;
import io.lightflow.invariant.BruteForce.Counted;
import io.lightflow.invariant.Outcome;
import io.lightflow.invariant.OutputReader;
import io.lightflow.invariant.OutputReader.DecodedOutput;
import io.lightflow.invariant.Stream;
import io.lightflow.invariant.StreamGenerator;
import io.lightflow.invariant.StreamGenerator.Lateness;
import io.lightflow.invariant.TestSchemas;
import io.lightflow.invariant.TrafficMark;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition.Incarnation;
import io.lightflow.position.Visibility;
import io.lightflow.sink.ShardMove;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Follows the dataflow ledger of one shard, and checks every output against the records read. */
final class ShardAudit {
    private static final List<Entry> FATES =
            List.of(Entry.JOINED, Entry.ORPHANED, Entry.DUPLICATE, Entry.REJECTED, Entry.UNATTRIBUTED);

    private final int number;
    private final Stream stream;
    private final Schedule schedule;
    private final TestSchemas schemas;
    private final CentralCluster central;
    private final OutputReader reader;
    /** The expected final outputs; known in advance unless events may be late. */
    private final Set<Outcome> expected;

    private final List<LightEvent> read = new ArrayList<>();
    private final Set<List<Object>> ids = new HashSet<>();
    private final Map<LightEvent, Arrival> arrivals = new IdentityHashMap<>();
    private final List<List<Object>> rejections = new ArrayList<>();
    private final Set<List<String>> putOut = new HashSet<>();
    private final EmittedImpressions impressions = new EmittedImpressions();
    private Position last = Position.START;
    private long lastBeacon = Position.NO_TIME;

    ShardAudit(
            int number,
            Stream stream,
            Schedule schedule,
            TestSchemas schemas,
            CentralCluster central,
            OutputReader reader) {
        this.number = number;
        this.stream = stream;
        this.schedule = schedule;
        this.schemas = schemas;
        this.central = central;
        this.reader = reader;
        this.expected = new HashSet<>(stream.answer().outcomes());
    }

    int number() {
        return number;
    }

    private boolean isOnTime() {
        return schedule.lateness() == Lateness.WITHIN_BOUND && !schedule.reconfigures();
    }

    /** Whether the outcome follows from the events alone. */
    private boolean isKnownInAdvance() {
        return isOnTime()
                && stream.settings().rowCap() == JoinSettings.DEFAULT_ROW_CAP
                && !StreamGenerator.hasRivals(schedule.seed());
    }

    /** Checks a move of the shard with its outputs. */
    void audit(ShardMove move, List<OutputEvent> outputs, JoinSettings rules) {
        Position before = last;
        Position after = move.next();
        last = after;
        requireEqual(move.expected().topics(), before.topics(), "B: shard " + number + " continues where it left off");
        requireEqual(move.expected().watermark(), before.watermark(), "F: the watermark that was stored");
        requireEqual(move.expected().books(), before.books(), "H: the books that were stored");
        require(after.watermark() >= before.watermark(), () -> "F: the watermark goes back to " + after.watermark());
        require(after.books().balanced(), () -> "H: the books do not balance: " + after.books());
        Books.Editor books = before.books().edit();
        take(before, after, rules, books);
        Visibility visible = after.visibility();
        for (OutputEvent output : outputs) {
            audit(output, reader.read(output), visible, books);
        }
        requireEqual(after.books(), withWaiting(books.done()), "H: the books of what was read and emitted");
    }

    /** Adds events that were read and have no outcome yet, as waiting. */
    private static Books withWaiting(Books books) {
        Books.Editor all = books.edit();
        for (EventType type : EventType.values()) {
            long waiting = books.get(type, Entry.IN);
            for (Entry fate : FATES) {
                waiting -= books.get(type, fate);
            }
            all.add(type, Entry.WAITING, waiting - books.get(type, Entry.WAITING));
        }
        return all.done();
    }

    /** Records the events between the two positions as read. */
    private void take(Position before, Position after, JoinSettings rules, Books.Editor books) {
        after.topics().forEach((topic, position) -> {
            for (Incarnation life : position.incarnations()) {
                long from = nextOffset(before, topic, life.id());
                require(from <= life.nextOffset(), () -> "B: the ledger of " + topic + " goes back");
                long newest = Math.max(before.watermark(), before.maxTime(topic));
                for (BlockEntry entry : central.partition(life.id(), number)
                        .part(from, life.nextOffset())
                        .entries()) {
                    take(
                            entry,
                            life,
                            arrival(before, entry, newest, rules),
                            books,
                            central.topics().get(topic));
                    newest = Math.max(newest, timeOf(entry));
                }
            }
        });
    }

    private static Arrival arrival(Position before, BlockEntry entry, long newest, JoinSettings rules) {
        long watermark = entry instanceof LightEvent event ? before.watermarkOf(event.joinKey()) : before.watermark();
        return new Arrival(watermark, newest, rules);
    }

    private void take(BlockEntry entry, Incarnation life, Arrival arrival, Books.Editor books, EventType type) {
        if (entry instanceof LightEvent event && HostileStreams.isFailing(event)) {
            rejections.add(List.of(life.id(), event.offset(), HostileStreams.rejectedValue(event, schemas)));
            books.add(type, Entry.IN, 1);
        } else if (entry instanceof LightEvent event) {
            read.add(event);
            arrivals.put(event, arrival);
            books.add(type, Entry.IN, 1);
            if (ids.contains(id(event))) {
                books.add(type, Entry.DUPLICATE, 1);
            } else if (arrival.rejects(event.time())) {
                require(!isOnTime(), () -> "E: rejected as too old: " + event.record());
                byte[] value = WireFormat.value(schemas.id(GeneratedRecords.schema(type)), event.body());
                rejections.add(List.of(life.id(), event.offset(), ByteBuffer.wrap(value)));
            } else {
                ids.add(id(event));
                if (event.time() < arrival.watermark()) {
                    require(!isOnTime(), () -> "E: counted as late: " + event.record());
                    books.add(type, Entry.LATE, 1);
                }
            }
        } else if (entry instanceof Rejection rejection) {
            rejections.add(List.of(life.id(), rejection.offset(), ByteBuffer.wrap(rejection.value())));
            books.add(type, Entry.IN, 1);
        }
    }

    private static long timeOf(BlockEntry entry) {
        if (entry instanceof LightEvent event) {
            return event.time();
        }
        return entry instanceof BeaconMark beacon ? beacon.time() : Position.NO_TIME;
    }

    private static long nextOffset(Position position, String topic, int incarnation) {
        if (!position.topics().containsKey(topic)) {
            return 0;
        }
        return position.topics().get(topic).incarnations().stream()
                .filter(life -> life.id() == incarnation)
                .mapToLong(Incarnation::nextOffset)
                .findFirst()
                .orElse(0);
    }

    private void audit(OutputEvent output, DecodedOutput seen, Visibility visible, Books.Editor books) {
        if (seen.record() instanceof Beacon beacon) {
            if (output.topic() == OutputTopic.CLICKS) {
                require(beacon.getTime() > lastBeacon, () -> "F: the beacons' watermark goes back");
                lastBeacon = beacon.getTime();
            }
            return;
        }
        for (EventOrigin origin : origins(seen)) {
            require(
                    visible.isVisible(origin.getIncarnation(), origin.getOffset()),
                    () -> "C: " + seen.record() + " was joined with what has not been committed, from " + origin);
        }
        if (seen.record() instanceof RejectedEvent) {
            books.add(typeOf(seen), Entry.REJECTED, 1);
            return;
        }
        impressions.audit(seen);
        Outcome outcome = seen.outcome();
        require(
                putOut.add(List.of(outcome.joinKey(), outcome.kind(), outcome.id())),
                () -> "D: emitted twice: " + outcome);
        if (isKnownInAdvance()) {
            require(expected.contains(outcome), () -> "E: brute force says otherwise: " + outcome);
        }
        if (isOnTime()) {
            require(!seen.provenance().getLate(), () -> "E: flagged as late: " + outcome);
        }
        if (seen.provenance().getInvalid()) {
            books.add(typeOf(seen), Entry.INVALID, 1);
        }
        enter(outcome, books);
    }

    private EventType typeOf(DecodedOutput seen) {
        return central.topics().get(seen.provenance().getOrigin().getTopic());
    }

    private static void enter(Outcome outcome, Books.Editor books) {
        switch (outcome.kind()) {
            case "impression" -> books.add(EventType.IMPRESSION, Entry.JOINED, 1);
            case "tag" -> books.add(EventType.TAG, Entry.JOINED, 1);
            case "click" ->
                books.add(EventType.CLICK, outcome.fate().equals("orphan") ? Entry.ORPHANED : Entry.JOINED, 1);
            default ->
                books.add(
                        EventType.CONVERSION,
                        outcome.fate().equals("by nothing") ? Entry.UNATTRIBUTED : Entry.JOINED,
                        1);
        }
    }

    private static List<EventOrigin> origins(DecodedOutput seen) {
        List<EventOrigin> origins = new ArrayList<>();
        origins.add(seen.provenance().getOrigin());
        if (seen.record() instanceof JoinedClick click) {
            origins.add(click.getImpressionOrigin());
        } else if (seen.record() instanceof JoinedConversion conversion) {
            origins.add(conversion.getClickOrigin());
            origins.add(conversion.getImpressionOrigin());
        }
        return origins.stream().filter(Objects::nonNull).toList();
    }

    /**
     * Final checks, after everything has been read.
     *
     * @param visible all records visible to a reader of the joined topics
     * @param sums receives the rows that the tables must hold, without the data center. If two data centers deliver an
     *     impression, the first copy counts, which brute force cannot know.
     */
    void finish(List<OutputEvent> visible, RowSums sums) {
        requireNothingIsMissing();
        BruteForce.Answer answer =
                isKnownInAdvance() ? BruteForce.of(stream.settings(), read) : BruteForce.of(read, arrivals::get);
        List<Outcome> outcomes = new ArrayList<>();
        List<List<Object>> rejected = new ArrayList<>();
        Map<List<Object>, TrafficMark> marks = new HashMap<>();
        for (OutputEvent output : visible) {
            DecodedOutput seen = reader.read(output);
            if (seen.outcome() != null) {
                outcomes.add(seen.outcome());
                marks.put(
                        List.of(
                                typeOf(seen),
                                seen.outcome().joinKey(),
                                seen.outcome().id()),
                        new TrafficMark(
                                seen.provenance().getTrafficRule(),
                                seen.provenance().getInvalid()));
            } else if (seen.record() instanceof RejectedEvent event) {
                EventOrigin origin = event.getProvenance().getOrigin();
                rejected.add(List.of(origin.getIncarnation(), origin.getOffset(), event.getValue()));
            }
        }
        requireEqual(Outcome.sorted(outcomes), answer.outcomes(), "E: what came out of shard " + number);
        requireEqual(marks, answer.marks(), "J: the marks of invalid traffic of shard " + number);
        requireEqual(counted(rejected), counted(rejections), "I: every rejected record comes out once");
        requireEqual(last.books(), withRejections(answer.books()), "H: the final books of shard " + number);
        answer.counted().forEach(one -> add(one, sums));
    }

    private static List<Object> id(LightEvent event) {
        return List.of(event.type(), event.joinKey(), event.id());
    }

    private void requireNothingIsMissing() {
        for (LightEvent event : stream.events()) {
            require(
                    read.stream().anyMatch(each -> id(each).equals(id(event))),
                    () -> "A: never read: " + event.type() + " " + event.joinKey() + " " + event.id());
        }
    }

    private static Map<List<Object>, Integer> counted(List<List<Object>> rejected) {
        Map<List<Object>, Integer> counts = new HashMap<>();
        rejected.forEach(one -> counts.merge(one, 1, Integer::sum));
        return counts;
    }

    private Books withRejections(Books answer) {
        Books.Editor books = answer.edit();
        last.topics().forEach((topic, position) -> {
            EventType type = central.topics().get(topic);
            for (Incarnation life : position.incarnations()) {
                long count = central.partition(life.id(), number).part(0, life.nextOffset()).entries().stream()
                        .filter(entry -> entry instanceof Rejection || HostileStreams.isFailing(entry))
                        .count();
                books.add(type, Entry.IN, count).add(type, Entry.REJECTED, count);
            }
        });
        return books.done();
    }

    private void add(Counted one, RowSums sums) {
        Impression impression = impressions.filled(one.event().joinKey(), one.impression());
        if (one.event().record() instanceof Impression) {
            sums.add(impression, "", one.invalid());
        } else if (one.event().record() instanceof Click click) {
            sums.add(click, impression, "", one.invalid());
        } else if (one.event().record() instanceof Conversion conversion) {
            sums.add(conversion, impression, "", one.invalid());
        }
    }
}
