package io.lightflow.topology.simulation;

import io.lightflow.attribution.Windows;
import io.lightflow.join.JoinSettings;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Changes of settings between two restarts: every window and every limit may become longer or shorter. */
final class Reconfiguration {
    private static final Duration MAX_DISORDER = Duration.ofHours(1);

    private Reconfiguration() {}

    /** Returns the settings with each window multiplied by 0.5, 1, 1.5 or 2, and perhaps another row cap. */
    static JoinSettings of(JoinSettings settings, Random random) {
        Map<String, Windows> own = new HashMap<>();
        settings.windowsByAdvertiser().forEach((advertiser, windows) -> own.put(advertiser, of(windows, random)));
        Duration disorder = scaled(settings.allowedDisorder(), random);
        return new JoinSettings(
                settings.group(),
                disorder.compareTo(MAX_DISORDER) > 0 ? MAX_DISORDER : disorder,
                of(settings.windows(), random),
                own,
                settings.rowCap() == JoinSettings.DEFAULT_ROW_CAP ? settings.rowCap() : 3 + random.nextInt(8),
                of(settings.traffic(), random));
    }

    private static TrafficRules of(TrafficRules rules, Random random) {
        if (rules.equals(TrafficRules.NONE)) {
            return rules;
        }
        return new TrafficRules(
                random.nextBoolean() ? rules.crawlers() : List.of(),
                random.nextBoolean() ? rules.dataCenters() : List.of(),
                random.nextBoolean() ? rules.prefetches() : Prefetches.IGNORED,
                random.nextInt(3),
                random.nextInt(3),
                random.nextInt(4),
                scaled(rules.clickWindow(), random),
                scaled(rules.minClickDelay(), random),
                scaled(rules.clickDelays(), random),
                scaled(rules.minConversionDelay(), random),
                scaled(rules.maxConversionDelay(), random),
                random.nextBoolean() ? rules.shadow() : Set.of());
    }

    private static Windows of(Windows windows, Random random) {
        return new Windows(
                atLeastASecond(scaled(windows.impressionLookBack(), random)),
                scaled(windows.orphanAfter(), random),
                atLeastASecond(scaled(windows.clickLookBack(), random)),
                scaled(windows.viewThrough(), random));
    }

    private static Duration scaled(Duration duration, Random random) {
        return duration.multipliedBy(1 + random.nextInt(4)).dividedBy(2);
    }

    private static Map<Placement, Duration> scaled(Map<Placement, Duration> delays, Random random) {
        Map<Placement, Duration> scaled = new HashMap<>();
        delays.forEach((placement, delay) -> scaled.put(placement, scaled(delay, random)));
        return scaled;
    }

    private static Duration atLeastASecond(Duration duration) {
        return duration.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : duration;
    }
}
