package io.lightflow.service.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final RateLimit limit = new RateLimit(10, 20, now::get);

    private int allowed(String client, int tries) {
        int allowed = 0;
        for (int i = 0; i < tries; i++) {
            allowed += limit.allows(client, 1) ? 1 : 0;
        }
        return allowed;
    }

    @Test
    void aClientGetsItsRateAndCanSaveUpABurst() {
        assertThat(allowed("a", 100)).isEqualTo(20);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(allowed("a", 100)).isEqualTo(10);
        now.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(allowed("a", 100)).isEqualTo(20);
    }

    @Test
    void oneClientTakesNothingFromAnother() {
        assertThat(allowed("a", 100)).isEqualTo(20);
        assertThat(allowed("b", 100)).isEqualTo(20);
    }

    @Test
    void aRefusedRequestTakesNothing() {
        assertThat(limit.allows("a", 21)).isFalse();
        assertThat(limit.allows("a", 20)).isTrue();
    }

    @Test
    void manyClientsShareABucketAndLeaveWhenTheyAreIdle() {
        for (int client = 0; client < RateLimit.MAX_CLIENTS; client++) {
            assertThat(limit.allows("client " + client, 1)).isTrue();
        }
        assertThat(allowed("one more", 100) + allowed("another", 100)).isEqualTo(20);
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(allowed("a third", 100)).isEqualTo(20);
    }
}
