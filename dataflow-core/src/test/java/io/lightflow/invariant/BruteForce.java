package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Tag;
import io.lightflow.event.TrafficRule;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Computes the correct outputs for a complete set of events. It applies the join rules literally, with no order,
 * watermark, state or index: every rule is a loop over all events. It shares no code with the step.
 *
 * <p>Some events need one more input, which does not follow from the events: the {@link Arrival} of each. Earlier
 * decisions stand.
 */
public final class BruteForce {
    private static final Comparator<Click> IN_ORDER =
            Comparator.comparingLong(Click::getTime).thenComparing(Click::getId);

    private final List<LightEvent> events = new ArrayList<>();
    private final Map<List<Object>, Arrival> arrivals = new HashMap<>();
    private final Books.Editor books = Books.EMPTY.edit();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Counted> counted = new ArrayList<>();
    private final List<LightEvent> rejected = new ArrayList<>();
    /** The marks at arrival, and in the end those of the outputs. */
    private final Map<List<Object>, TrafficMark> marks = new HashMap<>();
    /** Number of stored events by row: a join key, and a day or -1. */
    private final Map<List<Object>, Integer> rowSizes = new HashMap<>();

    /**
     * The expected result: each outcome once in any order, the final books, the counts in the statistics, the events
     * that are too old, and the marks of the traffic rules by type, join key and id.
     */
    public record Answer(
            List<Outcome> outcomes,
            Books books,
            List<Counted> counted,
            List<LightEvent> rejected,
            Map<List<Object>, TrafficMark> marks) {}

    /**
     * The circumstances in which an event was ingested.
     *
     * @param watermark the watermark; {@link Position#NO_TIME} for events on time
     * @param newest the newest time before the event or in its block; {@link Position#NO_TIME} for events on time
     * @param settings the rules
     */
    public record Arrival(long watermark, long newest, JoinSettings settings) {
        /** Whether an event of this time is too old. */
        public boolean rejects(long time) {
            return newest != Position.NO_TIME
                    && time < newest - settings.maxAge().toMillis();
        }
    }

    /** A counted event, in the row of this impression. */
    public record Counted(LightEvent event, Impression impression, boolean invalid) {}

    private BruteForce(Collection<LightEvent> all, Function<LightEvent, Arrival> arrivalOf) {
        for (LightEvent event : all) {
            books.add(event.type(), Entry.IN, 1);
            Arrival arrival = arrivalOf.apply(event);
            if (arrivals.containsKey(idOf(event))) {
                books.add(event.type(), Entry.DUPLICATE, 1);
            } else if (arrival.rejects(event.time())) {
                books.add(event.type(), Entry.REJECTED, 1);
                rejected.add(event);
            } else {
                arrivals.put(idOf(event), arrival);
                if (rowSizes.merge(rowOf(event), 1, Integer::sum)
                        <= arrival.settings().rowCap()) {
                    marks.put(
                            idOf(event),
                            TrafficMark.atArrival(
                                    event, events, arrival.settings().traffic()));
                    events.add(event);
                } else {
                    rowSizes.merge(rowOf(event), -1, Integer::sum);
                    marks.put(idOf(event), TrafficMark.ROW_CAP);
                    settleUnstored(event);
                }
            }
        }
    }

    /** @param all every event that was read, including duplicates; of several with one id, the first one counts */
    public static Answer of(JoinSettings settings, Collection<LightEvent> all) {
        Arrival onTime = new Arrival(Position.NO_TIME, Position.NO_TIME, settings);
        return of(all, event -> onTime);
    }

    /**
     * @param all every event that was read, including duplicates; of several with one id, the first one counts
     * @param arrivalOf how each was ingested
     */
    public static Answer of(Collection<LightEvent> all, Function<LightEvent, Arrival> arrivalOf) {
        BruteForce force = new BruteForce(all, arrivalOf);
        Map<List<Object>, TrafficMark> marks = new HashMap<>(force.marks);
        for (LightEvent event : force.events) {
            marks.put(idOf(event), force.resolve(event));
        }
        return new Answer(Outcome.sorted(force.outcomes), force.books.done(), force.counted, force.rejected, marks);
    }

    private static List<Object> rowOf(LightEvent event) {
        boolean ofDay = event.type() == EventType.IMPRESSION || event.type() == EventType.TAG;
        return List.of(event.joinKey(), ofDay ? Math.floorDiv(event.time(), 24 * 3_600_000L) : -1L);
    }

    /** An event beyond the cap is emitted at once. It sees what was stored before it, and nothing sees it. */
    private void settleUnstored(LightEvent event) {
        if (event.record() instanceof Conversion conversion) {
            settle(
                    event,
                    Entry.UNATTRIBUTED,
                    Outcome.unattributed(event.joinKey(), conversion.getId()),
                    null,
                    TrafficMark.ROW_CAP);
        } else {
            resolve(event);
        }
    }

    private static List<Object> idOf(LightEvent event) {
        return List.of(event.type(), event.joinKey(), event.id());
    }

    private long seenAt(EventType type, String joinKey, String id) {
        return arrivals.get(List.of(type, joinKey, id)).watermark();
    }

    /** The rules that apply to an event are those of its arrival. */
    private JoinSettings settings(EventType type, String joinKey, String id) {
        return arrivals.get(List.of(type, joinKey, id)).settings();
    }

    private Windows windows(String joinKey, Conversion conversion) {
        return settings(EventType.CONVERSION, joinKey, conversion.getId()).windowsOf(conversion.getAdvertiserId());
    }

    private TrafficMark resolve(LightEvent event) {
        TrafficMark arrived = marks.get(idOf(event));
        if (event.record() instanceof Click click) {
            Impression impression = impressionOf(event.joinKey(), click);
            return settle(
                    event,
                    impression == null ? Entry.ORPHANED : Entry.JOINED,
                    impression == null
                            ? Outcome.orphan(event.joinKey(), click.getId())
                            : Outcome.click(event.joinKey(), click.getId(), impression.getId()),
                    impression,
                    impression == null ? arrived : markOf(event.joinKey(), click, impression));
        } else if (event.record() instanceof Conversion conversion) {
            return resolve(event, conversion);
        } else if (event.record() instanceof Tag tag) {
            return settle(event, Entry.JOINED, Outcome.tag(event.joinKey(), tag.getId()), null, arrived);
        }
        Outcome outcome = Outcome.impression(event.joinKey(), event.id());
        return settle(event, Entry.JOINED, outcome, (Impression) event.record(), arrived);
    }

    private boolean isInvalid(String joinKey, Impression impression) {
        return marks.get(List.of(EventType.IMPRESSION, joinKey, impression.getId()))
                .invalid();
    }

    private TrafficRules traffic(EventType type, String joinKey, String id) {
        return settings(type, joinKey, id).traffic();
    }

    /** The mark of a click on this impression. */
    private TrafficMark markOf(String joinKey, Click click, Impression impression) {
        TrafficRules rules = traffic(EventType.CLICK, joinKey, click.getId());
        return marks.get(List.of(EventType.CLICK, joinKey, click.getId()))
                .or(isInvalid(joinKey, impression), TrafficRule.INVALID_IMPRESSION, rules)
                .or(isFast(joinKey, click, impression), TrafficRule.FAST_CLICK, rules);
    }

    /**
     * The rule is on if it was when the click arrived. The limit of a placement is that of the impression's arrival.
     */
    private boolean isFast(String joinKey, Click click, Impression impression) {
        Duration minDelay = traffic(EventType.CLICK, joinKey, click.getId()).minClickDelay();
        Duration inPlacement = traffic(EventType.IMPRESSION, joinKey, impression.getId())
                .clickDelays()
                .getOrDefault(new Placement(impression.getPublisher(), impression.getPlacement()), minDelay);
        return !minDelay.isZero()
                && !inPlacement.isZero()
                && click.getTime() < impression.getTime() + inPlacement.toMillis();
    }

    /** The mark of a conversion that this click has won. */
    private TrafficMark markOf(String joinKey, Conversion conversion, Click click) {
        TrafficRules rules = traffic(EventType.CONVERSION, joinKey, conversion.getId());
        long minDelayMs = rules.minConversionDelay().toMillis();
        long maxDelayMs = rules.maxConversionDelay().toMillis();
        return TrafficMark.NONE
                .or(markOf(joinKey, click, impressionOf(joinKey, click)).invalid(), TrafficRule.INVALID_CLICK, rules)
                .or(
                        minDelayMs > 0 && conversion.getTime() < click.getTime() + minDelayMs,
                        TrafficRule.FAST_CONVERSION,
                        rules)
                .or(
                        maxDelayMs > 0 && click.getTime() + maxDelayMs < conversion.getTime(),
                        TrafficRule.SLOW_CONVERSION,
                        rules);
    }

    private TrafficMark resolve(LightEvent event, Conversion conversion) {
        String key = event.joinKey();
        String id = conversion.getId();
        Click click = winner(key, conversion);
        if (click != null) {
            return settle(
                    event,
                    Entry.JOINED,
                    Outcome.toClick(key, id, click.getId(), click.getImpressionId(), numberOf(key, click, conversion)),
                    impressionOf(key, click),
                    markOf(key, conversion, click));
        }
        Impression view = view(key, conversion);
        boolean invalid = view != null && isInvalid(key, view);
        return settle(
                event,
                view == null ? Entry.UNATTRIBUTED : Entry.JOINED,
                view == null ? Outcome.unattributed(key, id) : Outcome.toView(key, id, view.getId()),
                view,
                TrafficMark.NONE.or(
                        invalid,
                        TrafficRule.INVALID_IMPRESSION,
                        traffic(EventType.CONVERSION, key, conversion.getId())));
    }

    /** Returns the mark of the output. */
    private TrafficMark settle(
            LightEvent event, Entry entry, Outcome outcome, Impression countedFor, TrafficMark mark) {
        books.add(event.type(), entry, 1);
        if (mark.invalid()) {
            books.add(event.type(), Entry.INVALID, 1);
        }
        if (event.time() < seenAt(event.type(), event.joinKey(), event.id())) {
            books.add(event.type(), Entry.LATE, 1);
        }
        outcomes.add(outcome);
        if (countedFor != null) {
            counted.add(new Counted(event, countedFor, mark.invalid()));
        }
        return mark;
    }

    private <T> List<T> all(Class<T> type, String joinKey) {
        return events.stream()
                .filter(event -> event.joinKey().equals(joinKey))
                .map(LightEvent::record)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private Impression impressionOf(String joinKey, Click click) {
        Windows windows = settings(EventType.CLICK, joinKey, click.getId()).windowsOf(click.getAdvertiserId());
        return all(Impression.class, joinKey).stream()
                .filter(impression -> impression.getId().equals(click.getImpressionId()))
                .filter(impression -> impression.getTime()
                        >= click.getTime() - windows.impressionLookBack().toMillis())
                .filter(impression -> impression.getTime()
                        <= click.getTime() + windows.orphanAfter().toMillis())
                .filter(impression -> seenAt(EventType.IMPRESSION, joinKey, impression.getId())
                        <= Math.max(
                                click.getTime() + windows.orphanAfter().toMillis(),
                                seenAt(EventType.CLICK, joinKey, click.getId())))
                .findFirst()
                .orElse(null);
    }

    /** Whether the event had been ingested when the conversion was decided. */
    private boolean isSeenBy(Conversion conversion, EventType type, String joinKey, String id) {
        JoinSettings settings = settings(EventType.CONVERSION, joinKey, conversion.getId());
        return seenAt(type, joinKey, id)
                <= Math.max(
                        conversion.getTime() + settings.allowedDisorder().toMillis(),
                        seenAt(EventType.CONVERSION, joinKey, conversion.getId()));
    }

    private Click winner(String joinKey, Conversion conversion) {
        long lookBackMs = windows(joinKey, conversion).clickLookBack().toMillis();
        return all(Click.class, joinKey).stream()
                .filter(click -> isMeant(conversion, click))
                .filter(click -> click.getTime() <= conversion.getTime())
                .filter(click -> click.getTime() >= conversion.getTime() - lookBackMs)
                .filter(click -> isSeenBy(conversion, EventType.CLICK, joinKey, click.getId()))
                .filter(click -> impressionOf(joinKey, click) != null)
                .max(IN_ORDER)
                .orElse(null);
    }

    private static boolean isMeant(Conversion conversion, Click click) {
        if (conversion.getClickId() != null) {
            return click.getId().equals(conversion.getClickId());
        }
        if (conversion.getImpressionId() != null) {
            return click.getImpressionId().equals(conversion.getImpressionId());
        }
        return click.getAdvertiserId().equals(conversion.getAdvertiserId());
    }

    private int numberOf(String joinKey, Click winner, Conversion conversion) {
        return 1
                + (int) all(Click.class, joinKey).stream()
                        .filter(click -> click.getImpressionId().equals(winner.getImpressionId()))
                        .filter(click -> IN_ORDER.compare(click, winner) < 0)
                        .filter(click -> isSeenBy(conversion, EventType.CLICK, joinKey, click.getId()))
                        .count();
    }

    private Impression view(String joinKey, Conversion conversion) {
        long viewThroughMs = windows(joinKey, conversion).viewThrough().toMillis();
        if (viewThroughMs == 0 || conversion.getClickId() != null) {
            return null;
        }
        return all(Impression.class, joinKey).stream()
                .filter(impression -> conversion.getImpressionId() != null
                        ? impression.getId().equals(conversion.getImpressionId())
                        : impression.getAdvertiserId().equals(conversion.getAdvertiserId()))
                .filter(impression -> impression.getTime() <= conversion.getTime())
                .filter(impression -> impression.getTime() >= conversion.getTime() - viewThroughMs)
                .filter(impression -> isSeenBy(conversion, EventType.IMPRESSION, joinKey, impression.getId()))
                .max(Comparator.comparingLong(Impression::getTime).thenComparing(Impression::getId))
                .orElse(null);
    }
}
