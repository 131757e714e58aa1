package io.lightflow.capture.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class AnswerTimeoutsTest {
    @Test
    void whatTakesTooLongFailsAndTheRestDoesNot() throws Exception {
        AnswerTimeouts timeouts = new AnswerTimeouts(Duration.ofMillis(1));
        for (int round = 0; round < 3; round++) {
            CompletableFuture<String> done = new CompletableFuture<>();
            CompletableFuture<String> late = new CompletableFuture<>();
            timeouts.add(late);
            timeouts.add(CompletableFuture.completedFuture("at once"));
            done.complete("in time");
            timeouts.add(done);
            assertThatThrownBy(() -> late.get(60, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            assertThat(done.get()).isEqualTo("in time");
        }
    }
}
