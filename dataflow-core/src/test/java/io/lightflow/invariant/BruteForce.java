package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Tag;
import io.lightflow.join.JoinSettings;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * Computes the correct outputs for a complete set of events. It applies the join rules literally, with no order,
 * watermark, state or index: every rule is a loop over all events. It shares no code with the step.
 *
 * <p>Events beyond the allowed disorder need one more input, which does not follow from the events: the watermark at
 * which each was ingested. Earlier decisions stand.
 */
public final class BruteForce {
    private static final Comparator<Click> IN_ORDER =
            Comparator.comparingLong(Click::getTime).thenComparing(Click::getId);

    private final JoinSettings settings;
    private final List<LightEvent> events = new ArrayList<>();
    private final Map<List<Object>, Long> seenAt = new HashMap<>();
    private final Books.Editor books = Books.EMPTY.edit();
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Counted> counted = new ArrayList<>();

    /**
     * The expected result: each outcome once in any order, the final books (without INVALID), and the counts in the
     * statistics.
     */
    public record Answer(List<Outcome> outcomes, Books books, List<Counted> counted) {}

    /** A counted event, in the row of this impression. */
    public record Counted(LightEvent event, Impression impression) {}

    private BruteForce(JoinSettings settings, Collection<LightEvent> all, ToLongFunction<LightEvent> ingestedAt) {
        this.settings = settings;
        for (LightEvent event : all) {
            seenAt.merge(idOf(event), ingestedAt.applyAsLong(event), Math::min);
        }
        Set<List<Object>> seen = new HashSet<>();
        for (LightEvent event : all) {
            books.add(event.type(), Entry.IN, 1);
            if (seen.add(idOf(event))) {
                events.add(event);
            } else {
                books.add(event.type(), Entry.DUPLICATE, 1);
            }
        }
    }

    /** @param all every event that was read, including duplicates, in any order */
    public static Answer of(JoinSettings settings, Collection<LightEvent> all) {
        return of(settings, all, event -> Position.NO_TIME);
    }

    /**
     * @param all every event that was read, including duplicates, in any order
     * @param ingestedAt the watermark at which each was ingested; {@link Position#NO_TIME} for events on time
     */
    public static Answer of(JoinSettings settings, Collection<LightEvent> all, ToLongFunction<LightEvent> ingestedAt) {
        BruteForce force = new BruteForce(settings, all, ingestedAt);
        force.events.forEach(force::resolve);
        return new Answer(Outcome.sorted(force.outcomes), force.books.done(), List.copyOf(force.counted));
    }

    private static List<Object> idOf(LightEvent event) {
        return List.of(event.type(), event.joinKey(), event.id());
    }

    private long seenAt(EventType type, String joinKey, String id) {
        return seenAt.get(List.of(type, joinKey, id));
    }

    private void resolve(LightEvent event) {
        if (event.record() instanceof Click click) {
            Impression impression = impressionOf(event.joinKey(), click);
            settle(
                    event,
                    impression == null ? Entry.ORPHANED : Entry.JOINED,
                    impression == null
                            ? Outcome.orphan(event.joinKey(), click.getId())
                            : Outcome.click(event.joinKey(), click.getId(), impression.getId()),
                    impression);
        } else if (event.record() instanceof Conversion conversion) {
            resolve(event, conversion);
        } else if (event.record() instanceof Tag tag) {
            settle(event, Entry.JOINED, Outcome.tag(event.joinKey(), tag.getId()), null);
        } else {
            settle(event, Entry.JOINED, Outcome.impression(event.joinKey(), event.id()), (Impression) event.record());
        }
    }

    private void resolve(LightEvent event, Conversion conversion) {
        String key = event.joinKey();
        String id = conversion.getId();
        Click click = winner(key, conversion);
        if (click != null) {
            settle(
                    event,
                    Entry.JOINED,
                    Outcome.toClick(key, id, click.getId(), click.getImpressionId(), numberOf(key, click, conversion)),
                    impressionOf(key, click));
            return;
        }
        Impression view = view(key, conversion);
        settle(
                event,
                view == null ? Entry.UNATTRIBUTED : Entry.JOINED,
                view == null ? Outcome.unattributed(key, id) : Outcome.toView(key, id, view.getId()),
                view);
    }

    private void settle(LightEvent event, Entry entry, Outcome outcome, Impression countedFor) {
        books.add(event.type(), entry, 1);
        if (event.time() < seenAt(event.type(), event.joinKey(), event.id())) {
            books.add(event.type(), Entry.LATE, 1);
        }
        outcomes.add(outcome);
        if (countedFor != null) {
            counted.add(new Counted(event, countedFor));
        }
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
        Windows windows = settings.windowsOf(click.getAdvertiserId());
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
        return seenAt(type, joinKey, id)
                <= Math.max(
                        conversion.getTime() + settings.allowedDisorder().toMillis(),
                        seenAt(EventType.CONVERSION, joinKey, conversion.getId()));
    }

    private Click winner(String joinKey, Conversion conversion) {
        long lookBackMs =
                settings.windowsOf(conversion.getAdvertiserId()).clickLookBack().toMillis();
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
        long viewThroughMs =
                settings.windowsOf(conversion.getAdvertiserId()).viewThrough().toMillis();
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
