package io.lightflow.lab.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lightflow.lab.feed.MissingImpressions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The iPinYou logs, and what an independent script counted in them. The suite replays {@link #LAST_DAY};
 * {@code -Dlightflow.days=FIVE_DAYS} replays all of them.
 */
enum RealLogs {
    /**
     * The day that has most: a click that is stamped before its impression, and a conversion whose impression was
     * logged. With it go the conversions of the first day, whose clicks are absent and of which one row is malformed.
     */
    LAST_DAY(
            List.of("20130610.txt.gz", "conv.20130606.txt.gz"),
            Map.of("impressions", 69L, "clicks", 0L, "conversions", 34L, "tags", 0L),
            11_075_300,
            new Outcome(13_481, 1_779, 121, 0, 37),
            new Outcome(11_931, 9, 1, 1_770, 157)),

    FIVE_DAYS(
            List.of(".txt.gz"),
            Map.of("impressions", 306L, "clicks", 1L, "conversions", 61L, "tags", 0L),
            51_492_450,
            new Outcome(65_740, 6_777, 265, 0, 0),
            new Outcome(59_694, 28, 1, 6_749, 264));

    private static final Map<String, Long> NONE =
            Map.of("impressions", 0L, "clicks", 0L, "conversions", 0L, "tags", 0L);

    private final List<String> endings;
    private final Map<String, Long> duplicates;
    /** Of every impression once. */
    private final long spendMicros;

    /** With an impression derived for every clicked bid without one. */
    private final Outcome derived;

    private final Outcome logged;

    RealLogs(List<String> endings, Map<String, Long> duplicates, long spendMicros, Outcome derived, Outcome logged) {
        this.endings = endings;
        this.duplicates = duplicates;
        this.spendMicros = spendMicros;
        this.derived = derived;
        this.logged = logged;
    }

    /** What is joined, and what is left alone. */
    private record Outcome(
            long impressions, long clicks, long conversions, long orphanClicks, long unattributedConversions) {}

    /** Those that the system property {@code lightflow.days} names. */
    static RealLogs chosen() {
        return valueOf(System.getProperty("lightflow.days", LAST_DAY.name()));
    }

    /** Copies these logs into an empty folder; skips the test, saying why, where they are not there. */
    void copyTo(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(find())) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".en.txt") || endings.stream().anyMatch(name::endsWith)) {
                    Files.copy(file, folder.resolve(name));
                }
            }
        }
    }

    /** Checks what a new stand has come to, to which nothing but these logs was fed. */
    void assertReplayed(Report report, MissingImpressions missing) {
        Outcome expected = missing == MissingImpressions.DERIVE ? derived : logged;
        assertThat(report.joined())
                .isEqualTo(Map.of(
                        "impressions", expected.impressions(),
                        "clicks", expected.clicks(),
                        "conversions", expected.conversions(),
                        "tags", 0L));
        assertThat(report.orphanClicks()).isEqualTo(expected.orphanClicks());
        assertThat(report.unattributedConversions()).isEqualTo(expected.unattributedConversions());
        assertThat(report.postgres())
                .isEqualTo(new Totals(
                        expected.impressions(), expected.clicks(), expected.conversions(), 0, spendMicros, 0));
        assertThat(report.duplicates()).isEqualTo(duplicates);
        assertThat(report.rejected()).isEqualTo(NONE);
        assertThat(report.skippedInput()).isEqualTo(1);
        assertThat(report.skippedRows()).isEqualTo(List.of("conv.20130606.txt.gz:15: expected 24 columns, found 23"));
        assertThat(report.waiting()).isZero();
        assertThat(report.late()).isZero();
        assertThat(report.differences()).isEmpty();
        assertThat(report.balanced()).isTrue();
    }

    private static Path find() {
        String chosen = System.getenv("LIGHTFLOW_IPINYOU");
        Stream<String> places = chosen != null
                ? Stream.of(chosen)
                : Stream.of("../../shared/data/ipinyou", "../../../shared/data/ipinyou");
        Path logs = places.map(Path::of)
                .filter(place -> Files.exists(place.resolve("imp.20130606.txt.gz")))
                .findFirst()
                .orElse(null);
        assumeTrue(logs != null, "no iPinYou logs here: set LIGHTFLOW_IPINYOU to their folder to run this test");
        return logs;
    }
}
