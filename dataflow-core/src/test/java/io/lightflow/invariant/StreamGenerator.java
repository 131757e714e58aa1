package io.lightflow.invariant;

import io.lightflow.attribution.Windows;
import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.TrafficRule;
import io.lightflow.join.JoinSettings;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Generates small streams that are as hard as the rules allow. They have few ids, keys and advertisers, ids that are
 * prefixes of others, and colliding times. Times lie at midnight, and just on, inside and outside the edges of windows.
 * Duplicates occur in any topic of their type, and days later with another time. Disorder reaches the allowed bound, or
 * exceeds it on request, also by more than any window. Some streams have a crowd of keys with clicks of one time. In
 * some, any of several copies with different times may be read first.
 */
public final class StreamGenerator {

    /** How late an event may be, relative to the allowed disorder. */
    public enum Lateness {
        WITHIN_BOUND,
        SOMETIMES_BEYOND
    }

    private static final List<String> BOTH_DCS = List.of("us-east", "us-west");
    private static final List<String> IDS = List.of("1", "10", "100", "2", "a", "b", "é", "zz", "a1", "Z");
    private static final List<String> USER_AGENTS = List.of("", "Browser/1", "Browser/2", "a bot/1");
    private static final List<String> ADDRESSES = List.of("", "10.9.8.0", "100.9.8.0", "not an address");
    private static final List<String> PLACEMENTS = List.of("", "", "", "top");
    private static final long[] UNITS = {1_000, 7_000, 60_000, 3_600_000, 6 * 3_600_000};
    private static final long DAY_MS = 24 * 3_600_000L;

    private final Random random;
    private final long unit;
    private final long start;
    private int keys;
    private final int advertisers;
    private final int ids;
    private JoinSettings settings;
    private final Lateness lateness;
    private final Map<List<Object>, SampleEvent> samples = new LinkedHashMap<>();
    /** Copies with other times, and conversions near them. */
    private final List<SampleEvent> rivals = new ArrayList<>();

    private final AdServers servers;
    /** Chooses browsers and traffic rules; null if there are none. */
    private Random clients;

    private String keyPrefix = "cookie-";
    private int fewerBeaconsThan = 4;
    /** How many times the windows the last beacon is after the last event. */
    private int closingWindows = 1;

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
        servers = AdServers.of(seed);
    }

    static Stream stream(long seed) {
        StreamGenerator generator = new StreamGenerator(seed, Lateness.WITHIN_BOUND);
        generator.sample(40);
        return new Stream(
                generator.settings, generator.topics(generator.random.nextInt(4) == 0 ? List.of("us-west") : BOTH_DCS));
    }

    /** Generates the streams of several shards with the same rules, from two data centers. No two share a join key. */
    public static List<Stream> streams(long seed, int shards, Lateness lateness) {
        StreamGenerator generator = new StreamGenerator(seed, lateness);
        generator.fewerBeaconsThan = 12;
        // Windows may double meanwhile.
        generator.closingWindows = 3;
        if (lateness == Lateness.WITHIN_BOUND && generator.random.nextInt(4) == 0) {
            generator.settings = generator.withRowCap(3 + generator.random.nextInt(8));
            generator.keys = 1;
        }
        if (hasClients(seed)) {
            generator.clients = new Random(seed);
            generator.settings = generator.settings.with(generator.traffic());
        }
        List<Stream> streams = new ArrayList<>(shards);
        for (int shard = 0; shard < shards; shard++) {
            generator.keyPrefix = "cookie-" + shard + "-";
            generator.samples.clear();
            generator.rivals.clear();
            generator.sample(30);
            if (hasCrowd(seed)) {
                generator.crowd(new Random(seed + shard));
            }
            if (hasRivals(seed)) {
                generator.addRivals(new Random(seed + shard));
            }
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

    private JoinSettings withRowCap(int rowCap) {
        return new JoinSettings(
                settings.group(),
                settings.allowedDisorder(),
                settings.windows(),
                settings.windowsByAdvertiser(),
                rowCap,
                settings.traffic());
    }

    private Windows windows() {
        return new Windows(
                Duration.ofMillis(unit * (1 + random.nextInt(6))),
                Duration.ofMillis(unit * random.nextInt(5)),
                Duration.ofMillis(unit * (1 + random.nextInt(6))),
                Duration.ofMillis(random.nextBoolean() ? 0 : unit * (1 + random.nextInt(6))));
    }

    private void sample(int most) {
        int count = 1 + random.nextInt(most);
        for (int i = 0; i < count; i++) {
            add(sample());
        }
    }

    /** One in eight, of those in which the simulation bounds the timers of a step. */
    private static boolean hasCrowd(long seed) {
        return seed % 2 == 0 && seed % 16 > 10;
    }

    /** Adds clicks of many keys whose timers are due in one millisecond, and conversions that come while they fire. */
    private void crowd(Random crowd) {
        long time = start + unit * crowd.nextInt(12);
        long due = time + settings.windowsOf(advertiser(0)).orphanAfter().toMillis();
        for (int i = 4 + crowd.nextInt(8); i > 0; i--) {
            String key = keyPrefix + "crowd-" + i;
            add(SampleEvent.click(key, "1", time, advertiser(0), "none"));
            if (crowd.nextBoolean()) {
                long later = due + unit * crowd.nextInt(3) + crowd.nextInt(2);
                add(SampleEvent.conversion(key, "1", later, advertiser(0), null, null));
            }
        }
    }

    /** One in four has copies of which any may be read first. The events do not tell which one counts. */
    public static boolean hasRivals(long seed) {
        return seed % 4 == 3;
    }

    /** Adds copies with other times, and conversions that may take such a copy of an impression for their view. */
    private void addRivals(Random rival) {
        for (SampleEvent sample : samples.values()) {
            if (rival.nextBoolean()) {
                continue;
            }
            long time = sample.time() + unit * (rival.nextInt(13) - 6) + rival.nextInt(2);
            rivals.add(sample.withTime(time));
            if (sample.record() instanceof Impression impression) {
                long later = time + unit * rival.nextInt(3);
                rivals.add(SampleEvent.conversion(
                        sample.joinKey(), "of " + sample.id(), later, impression.getAdvertiserId(), null, null));
            }
        }
    }

    private void add(SampleEvent sample) {
        samples.putIfAbsent(
                List.of(sample.type(), sample.joinKey(), sample.id()), clients == null ? sample : ofClient(sample));
    }

    private SampleEvent ofClient(SampleEvent sample) {
        SampleEvent seen = sample.withClient(one(USER_AGENTS), one(ADDRESSES)).in(one(PLACEMENTS));
        return clients.nextInt(3) == 0 ? seen.prefetched() : seen;
    }

    /** One in eight has browsers with addresses, and traffic rules. */
    public static boolean hasClients(long seed) {
        return seed % 8 == 3;
    }

    private String one(List<String> strings) {
        return strings.get(clients.nextInt(strings.size()));
    }

    /** Limits that some events just reach, and others exceed. */
    private TrafficRules traffic() {
        Set<TrafficRule> shadow = EnumSet.noneOf(TrafficRule.class);
        for (TrafficRule rule : TrafficRule.values()) {
            if (rule.mayBeShadow() && clients.nextInt(4) == 0) {
                shadow.add(rule);
            }
        }
        Duration minClickDelay = Duration.ofMillis(unit * clients.nextInt(3));
        Duration clickDelay = Duration.ofMillis(unit * clients.nextInt(4));
        return new TrafficRules(
                clients.nextBoolean() ? List.of("bot") : List.of(),
                clients.nextBoolean() ? List.of("10.0.0.0/8") : List.of(),
                clients.nextBoolean() ? Prefetches.MARKED : Prefetches.IGNORED,
                clients.nextInt(3),
                clients.nextInt(3),
                clients.nextInt(4),
                Duration.ofMillis(unit * clients.nextInt(4)),
                minClickDelay,
                minClickDelay.isZero() ? Map.of() : Map.of(new Placement("", PLACEMENTS.get(0)), clickDelay),
                Duration.ofMillis(unit * clients.nextInt(3)),
                Duration.ofMillis(2 * unit * clients.nextInt(3)),
                shadow);
    }

    private SampleEvent sample() {
        String key = keyPrefix + random.nextInt(keys);
        String advertiser = advertiser(random.nextInt(advertisers));
        String id = id();
        return switch (random.nextInt(8)) {
            case 0, 1 -> SampleEvent.impression(key, id, time(), advertiser);
            case 2, 3, 4 -> {
                String impression = id();
                yield SampleEvent.click(key, id, clickTime(key, advertiser, impression), advertiser, impression);
            }
            case 5, 6 -> {
                int naming = random.nextInt(4);
                String click = naming == 0 || naming == 3 ? id() : null;
                String impression = naming == 1 || naming == 3 ? id() : null;
                yield SampleEvent.conversion(key, id, conversionTime(key, advertiser), advertiser, click, impression);
            }
            default -> SampleEvent.tag(key, id, time(), advertiser);
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
        SampleEvent impression = samples.get(List.of(EventType.IMPRESSION, key, impressionId));
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
        List<SampleEvent> before = samples.values().stream()
                .filter(sample -> sample.joinKey().equals(key))
                .filter(sample -> sample.record() instanceof Click || sample.record() instanceof Impression)
                .toList();
        if (before.isEmpty() || random.nextInt(3) == 0) {
            return time();
        }
        SampleEvent sample = before.get(random.nextInt(before.size()));
        Windows windows = settings.windowsOf(advertiser);
        return sample.time()
                + jitter()
                + switch (random.nextInt(4)) {
                    case 0 -> windows.clickLookBack().toMillis();
                    case 1 -> windows.viewThrough().toMillis();
                    case 2 -> 0;
                    default -> unit;
                };
    }

    /** A record with its sort key within the topic. Without a sample and a beacon time it is garbage. */
    record Placed(long order, SampleEvent sample, Long beacon, String producer) {
        /** A record without a beacon's producer. */
        Placed(long order, SampleEvent sample, Long beacon) {
            this(order, sample, beacon, "");
        }
    }

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
        for (SampleEvent sample : samples.values()) {
            for (int copies = copies(); copies > 0; copies--) {
                String topic = sample.type().centralTopic(dcs.get(random.nextInt(dcs.size())));
                long order = disordered(sample.time()) - servers.eventSkewMs();
                placed.get(topic).add(new Placed(order, sample, null));
                if (random.nextInt(8) == 0) {
                    long later =
                            sample.time() + settings.allowedDisorder().toMillis() + 1 + random.nextLong(4 * DAY_MS);
                    placed.get(topic).add(new Placed(disordered(later), sample.withTime(later), null));
                }
            }
        }
        Random rival = new Random(start);
        for (SampleEvent sample : rivals) {
            String topic = sample.type().centralTopic(dcs.get(rival.nextInt(dcs.size())));
            placed.get(topic).add(new Placed(disordered(sample.time(), rival), sample, null));
        }
        long lastTime = placed.values().stream()
                .flatMap(List::stream)
                .mapToLong(record -> record.sample().time())
                .max()
                .orElseThrow();
        // Late events are decided when the watermark moves again, so the last beacon must be beyond all others.
        long closing = lateness == Lateness.WITHIN_BOUND ? lastTime : Math.max(lastTime, start + 12 * unit);
        logs.forEach((topic, log) -> fill(log, placed.get(topic), closing));
        return List.copyOf(logs.values());
    }

    private int copies() {
        return random.nextInt(4) > 0 ? 1 : 2 + random.nextInt(2);
    }

    /** A sort key that keeps the disorder within the bound, or beyond it on request. */
    private long disordered(long time) {
        return disordered(time, random);
    }

    private long disordered(long time, Random random) {
        long disorderMs = settings.allowedDisorder().toMillis();
        if (lateness == Lateness.SOMETIMES_BEYOND && random.nextInt(6) == 0) {
            disorderMs += random.nextLong(4 * unit);
            if (random.nextInt(4) == 0) {
                disorderMs += settings.maxAge().toMillis();
            }
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
            records.addAll(servers.beacons(disordered(time), time));
        }
        records.addAll(servers.firstBeacons(start - 100 * unit));
        if (random.nextInt(5) == 0) {
            records.add(new Placed(time(), null, null));
        }
        records.sort(Comparator.comparingLong(Placed::order));
        for (Placed record : records) {
            if (record.sample() != null) {
                log.append(record.sample());
            } else if (record.beacon() != null) {
                log.beacon(record.beacon(), record.producer());
            } else {
                log.garbage(record.order());
            }
            if (random.nextInt(6) == 0) {
                log.markers(1 + random.nextInt(2));
            }
        }
        long closingMs = settings.closingTime(lastTime) - lastTime;
        servers.close(log, lastTime + closingWindows * closingMs);
    }
}
