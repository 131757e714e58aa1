package io.lightflow.topology.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PollBudgetTest {
    private static final long MEGABYTE = 1 << 20;

    @Test
    void tasksShareTheBudgetAndHoldTheirLastBatches() {
        PollBudget budget = new PollBudget(10 * MEGABYTE);
        PollBudget.Share one = budget.share(2);
        PollBudget.Share other = budget.share(2);

        assertThat(one.nextBatch()).isEqualTo(10 * MEGABYTE);
        one.polled(4 * MEGABYTE);
        assertThat(other.nextBatch()).isEqualTo(6 * MEGABYTE);
        other.polled(6 * MEGABYTE);
        assertThat(one.nextBatch()).as("a task always progresses").isEqualTo(MEGABYTE);
        one.polled(MEGABYTE);
        assertThat(one.nextBatch()).as("its first batch is done").isEqualTo(3 * MEGABYTE);
        one.polled(0);
        one.close();
        assertThat(other.nextBatch()).isEqualTo(4 * MEGABYTE);
        other.close();
        assertThat(budget.share(1).nextBatch()).isEqualTo(10 * MEGABYTE);
    }
}
