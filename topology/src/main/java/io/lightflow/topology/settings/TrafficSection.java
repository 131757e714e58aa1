package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.lightflow.event.TrafficRule;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The section {@code traffic} of the settings; {@link TrafficRules} defines each rule. A rule without its key is off.
 *
 * @param crawlers regular expressions for user agents
 * @param crawlersFile a file with more of them, one in a line
 * @param dataCenters address ranges
 * @param dataCentersFile a file with more of them, one in a line
 * @param prefetches {@link Prefetches#MARKED} switches the rule on
 * @param maxImpressionsPerSecond null: no limit
 * @param maxClicksPerImpression null: no limit
 * @param maxClicksPerKey null: no limit
 * @param minClickDelay zero: no limit
 * @param clickDelays its values in single placements, by publisher and placement
 * @param clickDelaysFile a file with more of them, a list of {@link PlacementDelay}
 * @param shadow ids of the rules in shadow mode
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrafficSection(
        List<String> crawlers,
        Path crawlersFile,
        List<String> dataCenters,
        Path dataCentersFile,
        Prefetches prefetches,
        Integer maxImpressionsPerSecond,
        Integer maxClicksPerImpression,
        Integer maxClicksPerKey,
        Duration clickWindow,
        Duration minClickDelay,
        Map<String, Map<String, Duration>> clickDelays,
        Path clickDelaysFile,
        Duration minConversionDelay,
        Duration maxConversionDelay,
        List<String> shadow) {

    private static final Duration MAX_DURATION = Duration.ofDays(1);
    private static final Duration MAX_CONVERSION_DELAY = Duration.ofDays(365);

    public TrafficSection {
        crawlers = List.copyOf(Require.orElse(crawlers, List.of()));
        dataCenters = List.copyOf(Require.orElse(dataCenters, List.of()));
        prefetches = Require.orElse(prefetches, Prefetches.IGNORED);
        shadow = List.copyOf(Require.orElse(shadow, List.of()));
        requireLimit("traffic.maxImpressionsPerSecond", maxImpressionsPerSecond);
        requireLimit("traffic.maxClicksPerImpression", maxClicksPerImpression);
        requireLimit("traffic.maxClicksPerKey", maxClicksPerKey);
        clickWindow = duration("traffic.clickWindow", clickWindow, Duration.ofMinutes(1));
        minClickDelay = duration("traffic.minClickDelay", minClickDelay, Duration.ZERO);
        clickDelays = ClickDelays.checked(clickDelays, MAX_DURATION);
        minConversionDelay = duration("traffic.minConversionDelay", minConversionDelay, Duration.ZERO);
        maxConversionDelay = Require.within(
                "traffic.maxConversionDelay",
                Require.orElse(maxConversionDelay, Duration.ZERO),
                Duration.ZERO,
                MAX_CONVERSION_DELAY);
        try {
            rules(
                    crawlers,
                    dataCenters,
                    prefetches,
                    0,
                    0,
                    0,
                    clickWindow,
                    minClickDelay,
                    clickDelays,
                    minConversionDelay,
                    maxConversionDelay,
                    shadow);
        } catch (IllegalArgumentException e) {
            throw new WrongSettingException("the section traffic is wrong: " + e.getMessage());
        }
    }

    private static void requireLimit(String key, Integer limit) {
        if (limit != null) {
            Require.within(key, limit, 1, 10_000);
        }
    }

    private static Duration duration(String key, Duration given, Duration otherwise) {
        return Require.within(key, Require.orElse(given, otherwise), Duration.ZERO, MAX_DURATION);
    }

    /** The rules in the form that the join step takes. The lists in files must have been read. */
    public TrafficRules rules() {
        return rules(
                crawlers,
                dataCenters,
                prefetches,
                Require.orElse(maxImpressionsPerSecond, 0),
                Require.orElse(maxClicksPerImpression, 0),
                Require.orElse(maxClicksPerKey, 0),
                clickWindow,
                minClickDelay,
                clickDelays,
                minConversionDelay,
                maxConversionDelay,
                shadow);
    }

    private static TrafficRules rules(
            List<String> crawlers,
            List<String> dataCenters,
            Prefetches prefetches,
            int maxImpressionsPerSecond,
            int maxClicksPerImpression,
            int maxClicksPerKey,
            Duration clickWindow,
            Duration minClickDelay,
            Map<String, Map<String, Duration>> clickDelays,
            Duration minConversionDelay,
            Duration maxConversionDelay,
            List<String> shadow) {
        Set<TrafficRule> rules = EnumSet.noneOf(TrafficRule.class);
        shadow.forEach(id -> rules.add(rule(id)));
        return new TrafficRules(
                crawlers,
                dataCenters,
                prefetches,
                maxImpressionsPerSecond,
                maxClicksPerImpression,
                maxClicksPerKey,
                clickWindow,
                minClickDelay,
                ClickDelays.byPlacement(clickDelays),
                minConversionDelay,
                maxConversionDelay,
                rules);
    }

    private static TrafficRule rule(String id) {
        return Arrays.stream(TrafficRule.values())
                .filter(rule -> rule.mayBeShadow() && rule.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("expected rules in shadow from "
                        + Arrays.stream(TrafficRule.values())
                                .filter(TrafficRule::mayBeShadow)
                                .map(TrafficRule::id)
                                .collect(Collectors.joining(", "))
                        + ", found " + id));
    }

    /**
     * This section with the lists of its files.
     *
     * @param folder that relative paths begin at
     * @throws SettingsException if a file is unreadable or holds a wrong line
     */
    TrafficSection withLists(Path folder) {
        return new TrafficSection(
                with(crawlers, "traffic.crawlersFile", folder, crawlersFile),
                null,
                with(dataCenters, "traffic.dataCentersFile", folder, dataCentersFile),
                null,
                prefetches,
                maxImpressionsPerSecond,
                maxClicksPerImpression,
                maxClicksPerKey,
                clickWindow,
                minClickDelay,
                clickDelaysFile == null ? clickDelays : ClickDelays.with(clickDelays, folder.resolve(clickDelaysFile)),
                null,
                minConversionDelay,
                maxConversionDelay,
                shadow);
    }

    private static List<String> with(List<String> own, String key, Path folder, Path file) {
        if (file == null) {
            return own;
        }
        Path path = folder.resolve(file);
        List<String> all = new ArrayList<>(own);
        try {
            for (String line : Files.readAllLines(path)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    all.add(line.strip());
                }
            }
        } catch (IOException e) {
            throw new SettingsException("the key " + key + " names " + path + ", which cannot be read: " + e, e);
        }
        return all;
    }
}
