package io.lightflow.traffic;

import io.lightflow.event.TrafficRule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The rules of invalid traffic, with their data.
 *
 * @param crawlers regular expressions; a user agent that contains a match is a crawler's
 * @param dataCenters address ranges in CIDR notation, IPv4 or IPv6
 * @param prefetches what becomes of impressions and clicks that a browser requested ahead of time
 * @param maxImpressionsPerSecond a further impression of a join key in a placement within a second is invalid; 0
 *     switches the rule off
 * @param maxClicksPerImpression a later click on an impression is invalid; 0 switches the rule off
 * @param maxClicksPerKey a further click of a join key within {@code clickWindow} is invalid; 0 switches the rule off
 * @param clickWindow length of the window before a click, in event time
 * @param minClickDelay a click that follows its impression sooner is invalid; zero switches the rule off
 * @param clickDelays what counts in place of {@code minClickDelay} in single placements, where zero allows any click
 * @param minConversionDelay a conversion that follows its click sooner is invalid; zero switches the rule off
 * @param maxConversionDelay a conversion that follows its click later is invalid; zero switches the rule off
 * @param shadow rules in shadow mode
 */
public record TrafficRules(
        List<String> crawlers,
        List<String> dataCenters,
        Prefetches prefetches,
        int maxImpressionsPerSecond,
        int maxClicksPerImpression,
        int maxClicksPerKey,
        Duration clickWindow,
        Duration minClickDelay,
        Map<Placement, Duration> clickDelays,
        Duration minConversionDelay,
        Duration maxConversionDelay,
        Set<TrafficRule> shadow) {

    /** No rule. */
    public static final TrafficRules NONE = new TrafficRules(
            List.of(),
            List.of(),
            Prefetches.IGNORED,
            0,
            0,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Map.of(),
            Duration.ZERO,
            Duration.ZERO,
            Set.of());

    /** Whether events that a browser requested ahead of time are marked. */
    public enum Prefetches {
        /** They are like all others. */
        IGNORED,
        /** They match the rule {@link TrafficRule#PREFETCH}. */
        MARKED
    }

    public TrafficRules {
        crawlers = List.copyOf(crawlers);
        dataCenters = List.copyOf(dataCenters);
        clickDelays = Map.copyOf(clickDelays);
        shadow = Set.copyOf(shadow);
        Objects.requireNonNull(prefetches, "prefetches");
        crawlers.forEach(TrafficRules::requirePattern);
        AddressRanges.of(dataCenters);
        requireNotNegative("maxImpressionsPerSecond", maxImpressionsPerSecond);
        requireNotNegative("maxClicksPerImpression", maxClicksPerImpression);
        requireNotNegative("maxClicksPerKey", maxClicksPerKey);
        requireNotNegative("clickWindow", clickWindow.toMillis());
        requireNotNegative("minClickDelay", minClickDelay.toMillis());
        clickDelays.forEach((placement, delay) ->
                requireNotNegative("the least delay of clicks in " + placement, delay.toMillis()));
        if (minClickDelay.isZero() && !clickDelays.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected minClickDelay, which counts in placements without a delay of their own, found none");
        }
        requireNotNegative("minConversionDelay", minConversionDelay.toMillis());
        requireNotNegative("maxConversionDelay", maxConversionDelay.toMillis());
        for (TrafficRule rule : shadow) {
            if (!rule.mayBeShadow()) {
                throw new IllegalArgumentException(
                        "expected rules that may be in shadow mode, found " + rule.id() + ", which is always enforced");
            }
        }
    }

    private static void requirePattern(String crawler) {
        try {
            Pattern.compile(crawler);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "expected a regular expression for user agents of crawlers, found " + e.getMessage(), e);
        }
        if (crawler.isBlank()) {
            throw new IllegalArgumentException(
                    "expected a regular expression for user agents of crawlers, found a blank one, which matches all");
        }
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException("expected " + name + " to be 0 or more, found " + value);
        }
    }

    public boolean isShadow(TrafficRule rule) {
        return shadow.contains(rule);
    }

    /** The delays, which are stored with clicks and conversions, since they may be decided under later rules. */
    public TrafficDelays delays() {
        return new TrafficDelays(
                minClickDelay.toMillis(),
                isShadow(TrafficRule.FAST_CLICK),
                minConversionDelay.toMillis(),
                isShadow(TrafficRule.FAST_CONVERSION),
                maxConversionDelay.toMillis(),
                isShadow(TrafficRule.SLOW_CONVERSION));
    }

    /** Identifies rules and data: the first 32 bits of their SHA-256, and never 0; 0 if there are no rules. */
    public int version() {
        if (equals(NONE)) {
            return 0;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(canonical().getBytes(StandardCharsets.UTF_8));
            byte[] hash = digest.digest();
            int version = (hash[0] & 0xff) << 24 | (hash[1] & 0xff) << 16 | (hash[2] & 0xff) << 8 | hash[3] & 0xff;
            return version == 0 ? 1 : version;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private String canonical() {
        return String.join("\n", crawlers) + "\n\n" + String.join("\n", dataCenters) + "\n\n"
                + maxClicksPerImpression + " " + maxClicksPerKey + " " + clickWindow + " " + minClickDelay + " "
                + minConversionDelay + " " + (maxConversionDelay.isZero() ? "" : maxConversionDelay + " ")
                + (prefetches == Prefetches.IGNORED ? "" : "prefetch ")
                + (maxImpressionsPerSecond == 0 ? "" : "stacked " + maxImpressionsPerSecond + " ")
                + (clickDelays.isEmpty() ? "" : "placements " + new TreeMap<>(clickDelays) + " ")
                + new TreeSet<>(shadow);
    }
}
