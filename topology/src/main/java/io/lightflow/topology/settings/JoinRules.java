package io.lightflow.topology.settings;

import io.lightflow.attribution.Windows;
import io.lightflow.join.JoinSettings;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The part {@code join} of the settings; the meaning of each key is that of {@link JoinSettings} and {@link Windows}.
 *
 * @param farFuture an event stamped further than this beyond its record's timestamp is rejected
 * @param advertisers windows by advertiser id; what is left out is as for everybody
 */
public record JoinRules(
        Duration allowedDisorder,
        Integer rowCap,
        Duration farFuture,
        Duration impressionLookBack,
        Duration orphanAfter,
        Duration clickLookBack,
        Duration viewThrough,
        Map<String, OwnWindows> advertisers) {

    private static final Duration LONGEST_WINDOW = Duration.ofDays(400);

    public JoinRules {
        allowedDisorder = Require.within(
                "join.allowedDisorder",
                Require.orElse(allowedDisorder, Duration.ofSeconds(5)),
                Duration.ZERO,
                Duration.ofHours(1));
        rowCap = Require.within("join.rowCap", Require.orElse(rowCap, JoinSettings.DEFAULT_ROW_CAP), 1, 10_000);
        farFuture = Require.within(
                "join.farFuture", Require.orElse(farFuture, Duration.ofHours(1)), Duration.ZERO, Duration.ofDays(400));
        impressionLookBack = Require.orElse(impressionLookBack, Windows.DEFAULT.impressionLookBack());
        orphanAfter = Require.orElse(orphanAfter, Windows.DEFAULT.orphanAfter());
        clickLookBack = Require.orElse(clickLookBack, Windows.DEFAULT.clickLookBack());
        viewThrough = Require.orElse(viewThrough, Windows.DEFAULT.viewThrough());
        advertisers = Require.filled("join.advertisers", advertisers);
        requireWindows("join.", impressionLookBack, orphanAfter, clickLookBack, viewThrough);
        advertisers.forEach((id, own) -> requireWindows(
                "join.advertisers." + id + ".",
                own.impressionLookBack(),
                own.orphanAfter(),
                own.clickLookBack(),
                own.viewThrough()));
    }

    /** The limits of {@link Windows}, told with the names of the keys; null stands for as for everybody. */
    private static void requireWindows(
            String path,
            Duration impressionLookBack,
            Duration orphanAfter,
            Duration clickLookBack,
            Duration viewThrough) {
        requireWindow(path + "impressionLookBack", impressionLookBack, Duration.ofSeconds(1));
        requireWindow(path + "orphanAfter", orphanAfter, Duration.ZERO);
        requireWindow(path + "clickLookBack", clickLookBack, Duration.ofSeconds(1));
        requireWindow(path + "viewThrough", viewThrough, Duration.ZERO);
    }

    private static void requireWindow(String key, Duration window, Duration least) {
        if (window != null) {
            Require.within(key, window, least, LONGEST_WINDOW);
        }
    }

    /** Windows of one advertiser; null means as for everybody. */
    public record OwnWindows(
            Duration impressionLookBack, Duration orphanAfter, Duration clickLookBack, Duration viewThrough) {}

    /** The rules as the join step takes them. */
    public JoinSettings of(String group) {
        Windows everybody = new Windows(impressionLookBack, orphanAfter, clickLookBack, viewThrough);
        Map<String, Windows> byAdvertiser = new TreeMap<>();
        advertisers.forEach((id, own) -> byAdvertiser.put(
                id,
                new Windows(
                        Require.orElse(own.impressionLookBack(), impressionLookBack),
                        Require.orElse(own.orphanAfter(), orphanAfter),
                        Require.orElse(own.clickLookBack(), clickLookBack),
                        Require.orElse(own.viewThrough(), viewThrough))));
        return new JoinSettings(group, allowedDisorder, everybody, byAdvertiser, rowCap);
    }
}
