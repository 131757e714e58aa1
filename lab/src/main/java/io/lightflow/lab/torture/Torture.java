package io.lightflow.lab.torture;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.attribution.Windows;
import io.lightflow.deploy.cluster.ClusterSettings;
import io.lightflow.deploy.cluster.ProcessFailedException;
import io.lightflow.lab.answer.AnswerDifferences;
import io.lightflow.lab.answer.ArchiveAnswer;
import io.lightflow.lab.answer.BatchAnswer;
import io.lightflow.lab.answer.JoinedOutputs;
import io.lightflow.lab.answer.StatisticsTableReader;
import io.lightflow.lab.feed.Feed;
import io.lightflow.lab.feed.FeedTotals;
import io.lightflow.lab.feed.PartOfFeed;
import io.lightflow.lab.replay.ResendingRoute.Progress;
import io.lightflow.lab.torture.Fault.Struck;
import io.lightflow.lab.torture.Stage.Recovery;
import io.lightflow.lab.torture.TortureReport.Done;
import io.lightflow.lab.up.Completion;
import io.lightflow.lab.up.PostgresTotals;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;

/** One run: rounds of faults while events flow, and the final comparison. Confined to one thread. */
final class Torture {
    private static final Duration ALLOWED_DISORDER = Duration.ofSeconds(5);
    private static final int SHORTEST_PAUSE_MS = 2_000;
    private static final int LONGEST_PAUSE_MS = 6_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Stage stage;
    private final LightFeed.Plan plan;
    private final Consumer<String> progress;
    private final List<Done> done = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();
    private final long beginNanos = System.nanoTime();

    /** @param stage a stage started with this plan */
    Torture(Stage stage, LightFeed.Plan plan, Consumer<String> progress) {
        this.stage = stage;
        this.plan = plan;
        this.progress = progress;
    }

    /**
     * Injects each fault once, in the order given by the stage's random numbers. Further rounds follow until all events
     * are fed. Then waits until all events are processed, and compares.
     *
     * @return the report; a hanging platform counts as a difference
     */
    TortureReport run(List<Fault> faults) throws Exception {
        try {
            do {
                round(faults);
            } while (!stage.feed().hasEnough());
            compare();
        } catch (IllegalStateException | ProcessFailedException e) {
            wrong("%.0f s: %s".formatted(secondsSinceBegin(), e.getMessage()));
        }
        return TortureReport.of(
                plan.seed(),
                stage.onAerospike() ? "Aerospike" : "RocksDB",
                stage.feed().fed().read(),
                secondsSinceBegin(),
                differences,
                done);
    }

    /** Injects each fault once. Only the first round continues after enough events have been fed. */
    private void round(List<Fault> faults) throws Exception {
        boolean first = done.isEmpty();
        List<Fault> order = new ArrayList<>(faults);
        Collections.shuffle(order, stage.random());
        for (Fault fault : order) {
            if (first || !stage.feed().hasEnough()) {
                inflict(fault);
            }
        }
    }

    private void inflict(Fault fault) throws Exception {
        int span = LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS;
        stage.pause(Duration.ofMillis(SHORTEST_PAUSE_MS + stage.random().nextInt(span)));
        // Gives processes time to finish their recovery from the previous fault.
        stage.awaitEverythingAtWork();
        double at = secondsSinceBegin();
        try {
            Struck struck = fault.strike().on(stage);
            Recovery recovery = stage.awaitBeyond(struck.from(), fault.disturbed());
            Done one = new Done(
                    fault.kind(),
                    TortureReport.rounded(at),
                    struck.effect(),
                    TortureReport.rounded(recovery.firstCommit()),
                    TortureReport.rounded(recovery.everyShard()));
            done.add(one);
            progress.accept("%5.0f s  %-34s %5.1f s %5.1f s  %s"
                    .formatted(one.at(), one.kind(), one.firstCommitSeconds(), one.recoverySeconds(), one.effect()));
        } catch (IllegalStateException | ProcessFailedException e) {
            // A difference, which may be temporary: the next fault waits until everything is running again.
            wrong("%.0f s, %s: %s".formatted(at, fault.kind(), e.getMessage()));
        }
    }

    /** Rethrows an interrupt, which is not a failure of the platform. */
    private void wrong(String difference) throws InterruptedException {
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException(difference);
        }
        differences.add(difference);
        progress.accept("difference: " + difference);
    }

    private double secondsSinceBegin() {
        return (System.nanoTime() - beginNanos) / 1e9;
    }

    /** Compares events, rows of statistics and of the archive, and entries one by one. */
    private void compare() throws InterruptedException, SQLException {
        Duration span = Windows.DEFAULT
                .orphanAfter()
                .plus(ALLOWED_DISORDER.multipliedBy(2))
                .plusMinutes(1);
        FeedTotals fed = stage.feed().finish(span);
        progress.accept("%5.0f s  all %,d events are fed".formatted(secondsSinceBegin(), fed.read()));
        for (String dc : stage.captures() ? Stage.GROUP.dcs() : List.<String>of()) {
            Progress captured = stage.feed().captured(dc);
            progress.accept("        %,d of them by capture-%s, which did not answer %,d more requests"
                    .formatted(captured.answered(), dc, captured.resent()));
        }
        try (Completion completion = new Completion(List.of(stage.group().settings()))) {
            completion.await(fed.greatestTimeMs() + span.minus(ALLOWED_DISORDER).toMillis(), PATIENCE);
            progress.accept("%5.0f s  all of them are processed".formatted(secondsSinceBegin()));
            BatchAnswer answer;
            try (Feed again = plan.open()) {
                answer = BatchAnswer.of(new PartOfFeed(again, fed.read()), List.of(Stage.GROUP), stage.schemas());
            }
            differences.addAll(completion.differences());
            differences.addAll(
                    stage.captures()
                            ? AnswerDifferences.ofBooksBesideRepeats(answer.books(), completion.books())
                            : AnswerDifferences.ofBooks(answer.books(), completion.books()));
            String central = stage.cluster().endpoints().kafka().get(ClusterSettings.CENTRAL);
            differences.addAll(AnswerDifferences.ofOutcomes(
                    answer.outcomes(),
                    new JoinedOutputs(central, Stage.SHARDS, stage.schemas()).outcomes(List.of(Stage.GROUP.name()))));
            String jdbcUrl = stage.cluster().endpoints().jdbcUrl();
            differences.addAll(StatisticsTableReader.differences(answer, jdbcUrl));
            PostgresTotals.disagreement(jdbcUrl).ifPresent(differences::add);
            if (stage.archives()) {
                compareArchive();
            }
        }
    }

    private void compareArchive() {
        for (ArchiveTable table : ArchiveTable.values()) {
            differences.addAll(ArchiveAnswer.differences(stage.group().settings(), table, stage.schemas(), PATIENCE));
        }
    }
}
