package io.lightflow.topology.settings;

import io.lightflow.attribution.Windows;
import io.lightflow.event.EventRules;
import io.lightflow.join.JoinSettings;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The section {@code join} of the settings; {@link JoinSettings} and {@link Windows} define each key.
 *
 * @param farFuture events stamped further than this beyond their record's timestamp are rejected
 * @param advertisers windows by advertiser id; an absent key has the value for all advertisers
 * @param maxAmount the largest price or revenue of one event, in units of its currency; more is rejected
 * @param schemaGrace how long events wait whose schema the registry does not know yet
 * @param beaconFarFuture beacons further than this beyond the reader's clock are rejected; a finite input is closed by
 *     beacons that are ahead
 */
public record JoinRules(
        Duration allowedDisorder,
        Integer rowCap,
        Duration farFuture,
        Duration impressionLookBack,
        Duration orphanAfter,
        Duration clickLookBack,
        Duration viewThrough,
        Map<String, OwnWindows> advertisers,
        Long maxAmount,
        Duration schemaGrace,
        Duration beaconFarFuture) {

    private static final long MICROS = 1_000_000;
    private static final long MAX_AMOUNT = 1_000_000_000_000L;
    private static final Duration MAX_WINDOW = Duration.ofDays(400);

    public JoinRules {
        allowedDisorder = Require.within(
                "join.allowedDisorder",
                Require.orElse(allowedDisorder, Duration.ofSeconds(5)),
                Duration.ZERO,
                Duration.ofHours(1));
        rowCap = Require.within("join.rowCap", Require.orElse(rowCap, JoinSettings.DEFAULT_ROW_CAP), 1, 10_000);
        farFuture = Require.within(
                "join.farFuture", Require.orElse(farFuture, Duration.ofHours(1)), Duration.ZERO, Duration.ofDays(400));
        beaconFarFuture = Require.within(
                "join.beaconFarFuture",
                Require.orElse(beaconFarFuture, farFuture),
                Duration.ZERO,
                Duration.ofDays(1_000));
        impressionLookBack = Require.orElse(impressionLookBack, Windows.DEFAULT.impressionLookBack());
        orphanAfter = Require.orElse(orphanAfter, Windows.DEFAULT.orphanAfter());
        clickLookBack = Require.orElse(clickLookBack, Windows.DEFAULT.clickLookBack());
        viewThrough = Require.orElse(viewThrough, Windows.DEFAULT.viewThrough());
        maxAmount = Require.within(
                "join.maxAmount", Require.orElse(maxAmount, EventRules.MAX_AMOUNT_MICROS / MICROS), 1, MAX_AMOUNT);
        schemaGrace = Require.within(
                "join.schemaGrace",
                Require.orElse(schemaGrace, Duration.ofMinutes(1)),
                Duration.ZERO,
                Duration.ofHours(1));
        advertisers = withoutEmpty(Require.filled("join.advertisers", advertisers));
        requireWindows("join.", impressionLookBack, orphanAfter, clickLookBack, viewThrough);
        advertisers.forEach((id, own) -> requireWindows(
                "join.advertisers." + id + ".",
                own.impressionLookBack(),
                own.orphanAfter(),
                own.clickLookBack(),
                own.viewThrough()));
    }

    private static Map<String, OwnWindows> withoutEmpty(Map<String, OwnWindows> advertisers) {
        Map<String, OwnWindows> own = new TreeMap<>(advertisers);
        own.values().removeIf(OwnWindows.NONE::equals);
        return Collections.unmodifiableMap(own);
    }

    /** The limits of {@link Windows}, with the names of the keys; null stands for the value for all advertisers. */
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
            Require.within(key, window, least, MAX_WINDOW);
        }
    }

    /** Windows of one advertiser; null stands for the value for all advertisers. */
    public record OwnWindows(
            Duration impressionLookBack, Duration orphanAfter, Duration clickLookBack, Duration viewThrough) {
        private static final OwnWindows NONE = new OwnWindows(null, null, null, null);
    }

    /** The largest price or revenue of one event, in micros. */
    public long maxAmountMicros() {
        return maxAmount * MICROS;
    }

    /** The rules as YAML, which {@link #parse} reads. */
    public String toYaml() {
        return SettingsYaml.write(this);
    }

    /**
     * Reads what {@link #toYaml} returned. Keys of other builds are skipped.
     *
     * @throws SettingsException if the string holds a wrong setting
     */
    public static JoinRules parse(String yaml) {
        return SettingsYaml.parseJoin(yaml);
    }

    /**
     * Finds the rules in settings whose keys are flat, such as {@code join.orphanAfter}. Keys of other builds are
     * skipped.
     *
     * @throws SettingsException if the string holds a wrong setting
     */
    public static JoinRules ofFlat(String yaml) {
        return SettingsYaml.parseFlatJoin(yaml);
    }

    /** The rules in the form that the join step takes. */
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
