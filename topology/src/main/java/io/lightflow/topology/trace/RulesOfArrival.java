package io.lightflow.topology.trace;

import io.lightflow.attribution.Windows;
import io.lightflow.join.JoinSettings;
import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/**
 * The rules of the join at an event's arrival (invariant J). An event arrives between the time of its record and the
 * time at which it was read. If they changed in between, the longest window of both counts.
 */
final class RulesOfArrival {
    private final String group;
    private final List<SubmittedRules> submitted;
    private final JoinRules present;

    /**
     * @param submitted the rules of each submission that changed them, oldest first
     * @param present the rules of the settings, which count if nothing is known of a submission
     */
    RulesOfArrival(String group, List<SubmittedRules> submitted, JoinRules present) {
        this.group = group;
        this.submitted = List.copyOf(submitted);
        this.present = present;
    }

    private List<JoinSettings> between(long fromMs, long toMs) {
        List<JoinSettings> rules = new ArrayList<>();
        for (int i = 0; i < submitted.size(); i++) {
            long since = i == 0 ? Long.MIN_VALUE : submitted.get(i).sinceMs();
            long until = i == submitted.size() - 1
                    ? Long.MAX_VALUE
                    : submitted.get(i + 1).sinceMs();
            if (since <= toMs && until > fromMs) {
                rules.add(submitted.get(i).rules().of(group));
            }
        }
        return rules.isEmpty() ? List.of(present.of(group)) : rules;
    }

    /**
     * The windows for an event.
     *
     * @param fromMs time of its record
     * @param toMs when it was read; now if it may be read still
     */
    Windows windows(String advertiserId, long fromMs, long toMs) {
        List<Windows> all = between(fromMs, toMs).stream()
                .map(rules -> rules.windowsOf(advertiserId))
                .toList();
        return new Windows(
                longest(all, Windows::impressionLookBack),
                longest(all, Windows::orphanAfter),
                longest(all, Windows::clickLookBack),
                longest(all, Windows::viewThrough));
    }

    Duration allowedDisorder(long fromMs, long toMs) {
        return longest(between(fromMs, toMs), JoinSettings::allowedDisorder);
    }

    private static <T> Duration longest(List<T> all, Function<T, Duration> duration) {
        return all.stream().map(duration).max(Comparator.naturalOrder()).orElseThrow();
    }
}
