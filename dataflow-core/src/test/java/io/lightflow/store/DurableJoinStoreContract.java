package io.lightflow.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The additional contract of a join store whose contents outlive the process. */
public abstract class DurableJoinStoreContract extends JoinStoreContract {

    /**
     * The command of a process that opens the same store, writes {@link #writesOfTheKilledProcess}, and halts without
     * closing anything.
     */
    protected abstract List<String> commandThatWritesAndHalts() throws Exception;

    /** Exit code of the process after the write has returned. */
    public static final int HALTED = 42;

    /** What the killed process writes: cells and event cells. */
    public static List<StoreWrite> writesOfTheKilledProcess() {
        return List.of(new StoreWrite(SHARD, cellsOfTheKilledProcess(), eventsOfTheKilledProcess()));
    }

    private static List<NewCell> cellsOfTheKilledProcess() {
        List<NewCell> cells = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            cells.add(cell("killed-" + i % 500, "k" + i, "value " + i));
        }
        return cells;
    }

    private static List<EventCell> eventsOfTheKilledProcess() {
        List<EventCell> events = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            events.add(impression("killed-" + i % 500, "impression-" + i, i, i, "value " + i));
        }
        return events;
    }

    @Test
    void whatWasWrittenIsThereAfterClosingAndOpeningAgain() throws Exception {
        for (int round = 0; round < 3; round++) {
            write(List.of(cell("row", "k" + round, "v" + round), cell("row-" + round, "k", "v")));
            add(impression("key", "i" + round, round, round, "v" + round));
            reopen();
        }

        assertThat(text(rows(List.of(whole("row"))).get(0))).containsExactly("k0=v0", "k1=v1", "k2=v2");
        assertThat(rows(List.of(whole("row-1"))).get(0)).hasSize(1);
        assertThat(ids(ofKey("key"))).containsExactlyInAnyOrder("i0", "i1", "i2");
        assertThat(daySize("key", 0)).isGreaterThanOrEqualTo(3);
    }

    @Test
    void whatWasWrittenIsThereAfterTheProcessWasKilled() throws Exception {
        Process process = new ProcessBuilder(commandThatWritesAndHalts())
                .redirectErrorStream(true)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(output).isEqualTo(HALTED);
        } finally {
            process.destroyForcibly();
        }

        for (NewCell cell : cellsOfTheKilledProcess()) {
            List<Cell> row = rows(List.of(new RowRange(cell.row(), cell.key()))).get(0);
            assertThat(row).anyMatch(read -> Arrays.equals(read.value(), cell.value()));
        }
        for (EventCell event : eventsOfTheKilledProcess()) {
            List<EventCell> found = events(new EventQuery(event.type(), event.joinKey(), event.id()));
            assertThat(described(found)).containsExactly(described(event));
        }
    }
}
