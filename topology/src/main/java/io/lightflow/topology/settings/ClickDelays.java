package io.lightflow.topology.settings;

import io.lightflow.traffic.Placement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** The least delays of clicks in single placements, as the settings hold them: by publisher and placement. */
final class ClickDelays {
    private static final String KEY = "traffic.clickDelays";
    private static final String FILE_KEY = "traffic.clickDelaysFile";
    private static final int MAX_PLACEMENTS = 10_000;

    private ClickDelays() {}

    static Map<String, Map<String, Duration>> checked(Map<String, Map<String, Duration>> given, Duration max) {
        Map<String, Map<String, Duration>> checked = new TreeMap<>();
        Require.filled(KEY, given).forEach((publisher, delays) -> {
            String key = KEY + "." + publisher;
            Map<String, Duration> ofPublisher = new TreeMap<>(Require.filled(key, delays));
            ofPublisher.forEach((placement, delay) -> Require.within(key + "." + placement, delay, Duration.ZERO, max));
            checked.put(publisher, Collections.unmodifiableMap(ofPublisher));
        });
        int placements = checked.values().stream().mapToInt(Map::size).sum();
        if (placements > MAX_PLACEMENTS) {
            throw new WrongSettingException(
                    "the key " + KEY + " takes at most " + MAX_PLACEMENTS + " placements, found " + placements);
        }
        return Collections.unmodifiableMap(checked);
    }

    /** The delays in the form that the rules take. */
    static Map<Placement, Duration> byPlacement(Map<String, Map<String, Duration>> delays) {
        Map<Placement, Duration> all = new HashMap<>();
        delays.forEach((publisher, ofPublisher) ->
                ofPublisher.forEach((placement, delay) -> all.put(new Placement(publisher, placement), delay)));
        return all;
    }

    /**
     * The delays together with those of a file. A placement that has both keeps its own.
     *
     * @throws SettingsException if the file is unreadable or holds a wrong entry
     */
    static Map<String, Map<String, Duration>> with(Map<String, Map<String, Duration>> own, Path file) {
        Map<String, Map<String, Duration>> all = new TreeMap<>();
        try {
            for (PlacementDelay entry : SettingsYaml.parseClickDelays(Files.readString(file))) {
                Duration other = all.computeIfAbsent(entry.publisher(), absent -> new TreeMap<>())
                        .put(entry.placement(), entry.minClickDelay());
                if (other != null) {
                    throw new WrongSettingException("it has the placement \"" + entry.placement()
                            + "\" of the publisher \"" + entry.publisher() + "\" twice");
                }
            }
        } catch (IOException e) {
            throw new SettingsException("the key " + FILE_KEY + " names " + file + ", which cannot be read: " + e, e);
        } catch (SettingsException | WrongSettingException e) {
            throw new SettingsException(
                    "the key " + FILE_KEY + " names " + file + ", which is wrong: " + e.getMessage(), e);
        }
        own.forEach((publisher, delays) ->
                all.computeIfAbsent(publisher, absent -> new TreeMap<>()).putAll(delays));
        return all;
    }
}
