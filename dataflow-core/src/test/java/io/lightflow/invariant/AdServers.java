package io.lightflow.invariant;

import io.lightflow.invariant.StreamGenerator.Placed;
import io.lightflow.position.ProducerClocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The ad servers that send a stream, with their clocks. One may be fast, one may be slow, and one may leave. Most of
 * them are right, and those never fall silent. In some streams no beacon names its server.
 */
final class AdServers {
    private static final long MINUTE_MS = 60_000;

    private final Random random;
    private final List<Server> servers = new ArrayList<>();
    /** Of the fast server; 0 without one. */
    private long fastMs;

    private static final class Server {
        final String name;
        final long skewMs;
        /** How many more rounds of beacons the server stays. */
        int rounds;

        Server(String name, long skewMs, int rounds) {
            this.name = name;
            this.skewMs = skewMs;
            this.rounds = rounds;
        }
    }

    private AdServers(Random random) {
        this.random = random;
    }

    static AdServers of(long seed) {
        Random random = new Random(seed ^ 0x5e7e75L);
        random.nextLong(); // neighbouring seeds begin alike
        AdServers servers = new AdServers(random);
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> servers.stay("", 0);
            case 3 -> servers.stay("web-1", 0);
            default -> servers.addMany();
        }
        return servers;
    }

    private void addMany() {
        stay("web-1", 0);
        if (random.nextBoolean()) {
            fastMs = skewMs();
            stay("fast", fastMs);
        }
        if (random.nextBoolean()) {
            servers.add(new Server("leaves", 0, 1 + random.nextInt(12)));
        }
        if (random.nextBoolean()) {
            // Two right clocks tell that the third one is wrong.
            stay("web-2", 0);
            stay("slow", -skewMs());
        }
    }

    private void stay(String name, long skewMs) {
        servers.add(new Server(name, skewMs, Integer.MAX_VALUE));
    }

    private long skewMs() {
        return (2 + random.nextInt(58)) * MINUTE_MS;
    }

    /** How far the clock of the next event's server is ahead. */
    long eventSkewMs() {
        return fastMs > 0 && random.nextInt(4) == 0 ? fastMs : 0;
    }

    /** The first beacons of a topic-partition, before all its events. */
    List<Placed> firstBeacons(long time) {
        return isNamed() ? beacons(Long.MIN_VALUE, time) : List.of();
    }

    private boolean isNamed() {
        return !servers.get(0).name.isEmpty();
    }

    /** A beacon of each server, behind each other. */
    List<Placed> beacons(long order, long time) {
        List<Placed> beacons = new ArrayList<>();
        for (Server server : servers) {
            if (server.rounds > 0) {
                server.rounds--;
                beacons.add(new Placed(order, null, time + server.skewMs, server.name));
            }
        }
        return beacons;
    }

    /** Ends a topic-partition. Servers that left say nothing, and wrong clocks stay wrong. */
    void close(TopicLog log, long time) {
        if (!isNamed()) {
            log.beacon(time);
            return;
        }
        for (long each : ProducerClocks.closing(time)) {
            for (Server server : servers) {
                if (!server.name.equals("leaves")) {
                    log.beacon(each + server.skewMs, server.name);
                }
            }
        }
    }
}
