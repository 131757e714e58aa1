package io.lightflow.topology.certificate;

import io.lightflow.attribution.Windows;
import io.lightflow.join.JoinSettings;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The rules of the join that may have applied to an event. They are those of its arrival, and nothing tells when it
 * arrived. It was not stamped further than {@code farFuture} ahead of that, so rules that had been replaced before are
 * out of the question. Any later ones are possible, since an event may be late.
 *
 * <p>A certificate must not take a decision by any of them for a difference: the longest wait counts, and a join is
 * required only if all agree.
 */
public final class PossibleRules {
    /** How far the clocks of the submitting machine, a worker and a server may disagree. */
    private static final Duration MAX_CLOCK_SKEW = Duration.ofHours(1);

    private final String group;
    private final List<Term> terms = new ArrayList<>();

    /** @param lastTime the greatest time of an event that the rules may have applied to */
    private record Term(JoinSettings settings, Duration farFuture, long lastTime) {
        boolean includes(long time) {
            return time <= lastTime;
        }
    }

    /**
     * @param submitted the rules of each submission that changed them, oldest first
     * @param present the rules of the settings, which count if nothing is known of a submission
     */
    public PossibleRules(String group, List<SubmittedRules> submitted, JoinRules present) {
        this.group = group;
        for (int i = 0; i < submitted.size(); i++) {
            JoinRules rules = submitted.get(i).rules();
            long lastTime = i == submitted.size() - 1
                    ? Long.MAX_VALUE
                    : submitted.get(i + 1).sinceMs() + rules.farFuture().toMillis() + MAX_CLOCK_SKEW.toMillis();
            terms.add(new Term(rules.of(group), rules.farFuture(), lastTime));
        }
        if (terms.isEmpty()) {
            terms.add(new Term(present.of(group), present.farFuture(), Long.MAX_VALUE));
        }
    }

    String group() {
        return group;
    }

    /** @param time of the event, ms since the Unix epoch */
    private Stream<JoinSettings> at(long time) {
        return terms.stream().filter(term -> term.includes(time)).map(Term::settings);
    }

    private Stream<Windows> windows(long time, String advertiserId) {
        return at(time).map(settings -> settings.windowsOf(advertiserId));
    }

    private static Duration longest(Stream<Duration> durations) {
        return durations.max(Duration::compareTo).orElseThrow();
    }

    /** How far ahead of its record an event of this time or a later one may be stamped. */
    public Duration farFuture(long time) {
        return longest(terms.stream().filter(term -> term.includes(time)).map(Term::farFuture));
    }

    /** For how long the join recognizes the id of an event. */
    public Duration retention(long time) {
        return longest(at(time).map(JoinSettings::retention));
    }

    /** For how long a conversion waits for clicks that are not in order. */
    public Duration allowedDisorder(long time) {
        return longest(at(time).map(JoinSettings::allowedDisorder));
    }

    /** For how long a click waits for its impression. */
    public Duration orphanAfter(long time, String advertiserId) {
        return longest(windows(time, advertiserId).map(Windows::orphanAfter));
    }

    /** For how long any click waits, whatever its time. */
    public Duration longestOrphanAfter() {
        return longest(terms.stream()
                .map(Term::settings)
                .flatMap(settings ->
                        Stream.concat(Stream.of(settings.windows()), settings.windowsByAdvertiser().values().stream()))
                .map(Windows::orphanAfter));
    }

    /** Whether a click is joined with the impression that it names, whichever rules applied. */
    public boolean mustJoin(long click, String advertiserId, long impression) {
        return windows(click, advertiserId)
                .allMatch(windows ->
                        impression >= click - windows.impressionLookBack().toMillis()
                                && impression <= click + windows.orphanAfter().toMillis());
    }

    /** Whether by some rules a conversion can be attributed to a click of that age. */
    boolean mayAttribute(long conversion, String advertiserId, long click) {
        return click <= conversion
                && windows(conversion, advertiserId)
                        .anyMatch(windows ->
                                click >= conversion - windows.clickLookBack().toMillis());
    }
}
