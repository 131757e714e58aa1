package io.lightflow.lab.up;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Finds the iPinYou logs. */
final class RealLogs {
    private RealLogs() {}

    /** Their folder; skips the test, saying why, where they are not there. */
    static Path find() {
        String chosen = System.getenv("LIGHTFLOW_IPINYOU");
        Stream<String> places =
                chosen != null ? Stream.of(chosen) : Stream.of("../shared/data/ipinyou", "../../shared/data/ipinyou");
        Path logs = places.map(Path::of)
                .filter(place -> Files.exists(place.resolve("imp.20130606.txt.gz")))
                .findFirst()
                .orElse(null);
        assumeTrue(logs != null, "no iPinYou logs here: set LIGHTFLOW_IPINYOU to their folder to run this test");
        return logs;
    }
}
