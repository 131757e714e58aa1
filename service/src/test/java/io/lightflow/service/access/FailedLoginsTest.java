package io.lightflow.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {
    private final AtomicLong now = new AtomicLong();
    private final FailedLogins failures = new FailedLogins("the server", now::get);

    @Test
    void thereIsOneLineForEachAddressAndInterval() {
        assertThat(failures.line("10.0.0.1")).contains("A request to the server from 10.0.0.1 had wrong credentials");
        for (int i = 0; i < 1_000; i++) {
            assertThat(failures.line("10.0.0.1")).isEmpty();
        }
        assertThat(failures.line("10.0.0.2")).isPresent();

        now.addAndGet(FailedLogins.INTERVAL.toNanos());
        assertThat(failures.line("10.0.0.1"))
                .contains("A request to the server from 10.0.0.1 had wrong credentials, as had 1000 since the last line"
                        + " about it");
        assertThat(failures.line("10.0.0.1")).isEmpty();
    }

    @Test
    void manyAddressesShareALine() {
        for (int i = 0; i < FailedLogins.MAX_SOURCES; i++) {
            assertThat(failures.line("address " + i)).isPresent();
        }
        assertThat(failures.line("one more").orElseThrow()).contains("further addresses");
        assertThat(failures.line("another")).isEqualTo(Optional.empty());
        assertThat(failures.line("address 3")).isEmpty();
        now.addAndGet(FailedLogins.INTERVAL.toNanos());
        assertThat(failures.line("another").orElseThrow()).contains("another");
    }
}
