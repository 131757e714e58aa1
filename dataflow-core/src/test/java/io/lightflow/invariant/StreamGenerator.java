package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.join.JoinSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Small streams that are as nasty as the rules allow: few ids, keys and advertisers, times that collide and that lie
 * just on, inside and outside of the windows' edges, midnights, ids that begin with each other, duplicates in any topic
 * of their kind, disorder up to just the allowed bound, or beyond it if asked for.
 */
public final class StreamGenerator {

    /** How late an event may be, measured by the allowed disorder. */
    public enum Lateness {
        WITHIN_BOUND,
        SOMETIMES_BEYOND
    }

    private static final List<String> BOTH_DCS = List.of("us-east", "us-west");
    private static final List<String> IDS = List.of("1", "10", "100", "2", "a", "b", "é", "zz", "a1", "Z");
    private static final long[] UNITS = {1_000, 7_000, 60_000, 3_600_000, 6 * 3_600_000};
    private static final long DAY_MS = 24 * 3_600_000L;

    private final Random random;
    private final long unit;
    private final long start;
    private final int keys;
    private final int advertisers;
    private final int ids;
    private final JoinSettings settings;
    private final Lateness lateness;
    private final Map<List<Object>, Draft> drafts = new LinkedHashMap<>();

    private String keyPrefix = "cookie-";
    private int fewerBeaconsThan = 4;

    private StreamGenerator(long seed, Lateness lateness) {
        this.lateness = lateness;
        random = new Random(seed);
        random.nextLong(); // neighbouring seeds begin alike
        unit = UNITS[random.nextInt(UNITS.length)];
        start = 19_700 * DAY_MS + (random.nextBoolean() ? -3 * unit : random.nextLong(DAY_MS));
        keys = 1 + random.nextInt(3);
        advertisers = 1 + random.nextInt(3);
        ids = 1 + random.nextInt(IDS.size());
        settings = settings();
    }

    static Stream stream(long seed) {
        StreamGenerator generator = new StreamGenerator(seed, Lateness.WITHIN_BOUND);
        generator.draft(40);
        return new Stream(
                generator.settings, generator.topics(generator.random.nextInt(4) == 0 ? List.of("us-west") : BOTH_DCS));
    }

    /** The streams of several shards with the same rules, from two data centers; no join key is in two of them. */
    public static List<Stream> streams(long seed, int shards, Lateness lateness) {
        StreamGenerator generator = new StreamGenerator(seed, lateness);
        generator.fewerBeaconsThan = 12;
        List<Stream> streams = new ArrayList<>(shards);
        for (int shard = 0; shard < shards; shard++) {
            generator.keyPrefix = "cookie-" + shard + "-";
            generator.drafts.clear();
            generator.draft(30);
            streams.add(new Stream(generator.settings, generator.topics(BOTH_DCS)));
        }
        return streams;
    }

    private JoinSettings settings() {
        Map<String, Windows> own = new HashMap<>();
        for (int i = 0; i < advertisers; i++) {
            if (random.nextBoolean()) {
                own.put(advertiser(i), windows());
            }
        }
        Duration disorder = Duration.ofMillis(
                List.of(0L, 1L, 5_000L, Math.min(unit, 3_600_000)).get(random.nextInt(4)));
        return new JoinSettings("us", disorder, windows(), own, JoinSettings.DEFAULT_ROW_CAP);
    }

    private Windows windows() {
        return new Windows(
                Duration.ofMillis(unit * (1 + random.nextInt(6))),
                Duration.ofMillis(unit * random.nextInt(5)),
                Duration.ofMillis(unit * (1 + random.nextInt(6))),
                Duration.ofMillis(random.nextBoolean() ? 0 : unit * (1 + random.nextInt(6))));
    }

    private void draft(int most) {
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            Draft draft = draft();
            drafts.putIfAbsent(List.of(draft.type(), draft.joinKey(), draft.id()), draft);
        }
    }

    private Draft draft() {
        String key = keyPrefix + random.nextInt(keys);
        String advertiser = advertiser(random.nextInt(advertisers));
        String id = id();
        return switch (random.nextInt(8)) {
            case 0, 1 -> Draft.impression(key, id, time(), advertiser);
            case 2, 3, 4 -> {
                String impression = id();
                yield Draft.click(key, id, clickTime(key, advertiser, impression), advertiser, impression);
            }
            case 5, 6 -> {
                int naming = random.nextInt(4);
                String click = naming == 0 || naming == 3 ? id() : null;
                String impression = naming == 1 || naming == 3 ? id() : null;
                yield Draft.conversion(key, id, conversionTime(key, advertiser), advertiser, click, impression);
            }
            default -> Draft.tag(key, id, time(), advertiser);
        };
    }

    private String id() {
        return IDS.get(random.nextInt(ids));
    }

    private static String advertiser(int i) {
        return "advertiser-" + i;
    }

    private long time() {
        return start + unit * random.nextInt(12) + jitter();
    }

    private long jitter() {
        return random.nextInt(4) == 0 ? random.nextInt(3) - 1 : 0;
    }

    private long clickTime(String key, String advertiser, String impressionId) {
        Draft impression = drafts.get(List.of(EventType.IMPRESSION, key, impressionId));
        if (impression == null || random.nextInt(3) == 0) {
            return time();
        }
        Windows windows = settings.windowsOf(advertiser);
        return impression.time()
                + jitter()
                + switch (random.nextInt(4)) {
                    case 0 -> windows.impressionLookBack().toMillis();
                    case 1 -> -windows.orphanAfter().toMillis();
                    case 2 -> 0;
                    default -> unit;
                };
    }

    private long conversionTime(String key, String advertiser) {
        List<Draft> before = drafts.values().stream()
                .filter(draft -> draft.joinKey().equals(key))
                .filter(draft -> draft.record() instanceof Click || draft.record() instanceof Impression)
                .toList();
        if (before.isEmpty() || random.nextInt(3) == 0) {
            return time();
        }
        Draft draft = before.get(random.nextInt(before.size()));
        Windows windows = settings.windowsOf(advertiser);
        return draft.time()
                + jitter()
                + switch (random.nextInt(4)) {
                    case 0 -> windows.clickLookBack().toMillis();
                    case 1 -> windows.viewThrough().toMillis();
                    case 2 -> 0;
                    default -> unit;
                };
    }

    /** A record with the place in its topic's order; no draft and no beacon time means garbage. */
    private record Placed(long order, Draft draft, Long beacon) {}

    private List<TopicLog> topics(List<String> dcs) {
        Map<String, TopicLog> logs = new LinkedHashMap<>();
        Map<String, List<Placed>> placed = new HashMap<>();
        int incarnation = random.nextInt();
        for (String dc : dcs) {
            for (EventType type : EventType.values()) {
                String topic = type.centralTopic(dc);
                logs.put(topic, new TopicLog(topic, type, incarnation++));
                placed.put(topic, new ArrayList<>());
            }
        }
        for (Draft draft : drafts.values()) {
            for (int copies = copies(); copies > 0; copies--) {
                String topic = draft.type().centralTopic(dcs.get(random.nextInt(dcs.size())));
                placed.get(topic).add(new Placed(disordered(draft.time()), draft, null));
            }
        }
        long lastTime = drafts.values().stream().mapToLong(Draft::time).max().orElseThrow();
        // What is late is decided when the watermark moves on: it must move beyond every beacon.
        long closing = lateness == Lateness.WITHIN_BOUND ? lastTime : Math.max(lastTime, start + 12 * unit);
        logs.forEach((topic, log) -> fill(log, placed.get(topic), closing));
        return List.copyOf(logs.values());
    }

    private int copies() {
        return random.nextInt(4) > 0 ? 1 : 2 + random.nextInt(2);
    }

    /** Sorting by this leaves nothing further behind something older than the disorder allows. */
    private long disordered(long time) {
        long disorderMs = settings.allowedDisorder().toMillis();
        if (lateness == Lateness.SOMETIMES_BEYOND && random.nextInt(6) == 0) {
            disorderMs += random.nextLong(4 * unit);
        }
        return time
                + switch (random.nextInt(3)) {
                    case 0 -> 0;
                    case 1 -> disorderMs;
                    default -> random.nextLong(disorderMs + 1);
                };
    }

    private void fill(TopicLog log, List<Placed> records, long lastTime) {
        for (int beacons = random.nextInt(fewerBeaconsThan); beacons > 0; beacons--) {
            long time = time();
            records.add(new Placed(disordered(time), null, time));
        }
        if (random.nextInt(5) == 0) {
            records.add(new Placed(time(), null, null));
        }
        records.sort(Comparator.comparingLong(Placed::order));
        for (Placed record : records) {
            if (record.draft() != null) {
                log.append(record.draft());
            } else if (record.beacon() != null) {
                log.beacon(record.beacon());
            } else {
                log.garbage(record.order());
            }
            if (random.nextInt(6) == 0) {
                log.markers(1 + random.nextInt(2));
            }
        }
        log.beacon(settings.closingTime(lastTime));
    }
}
