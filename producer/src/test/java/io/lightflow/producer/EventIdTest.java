package io.lightflow.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class EventIdTest {
    private static final long NOW = Instant.parse("2026-01-01T11:00:00Z").toEpochMilli();

    private final AtomicLong clock = new AtomicLong(NOW);
    private final EventIdGenerator ids = new EventIdGenerator(() -> Instant.ofEpochMilli(clock.get()));

    @Test
    void anIdCarriesItsTimeAndShard() {
        for (int shard : new int[] {0, 7, EventId.MAX_SHARDS - 1}) {
            EventId id = EventId.parse(ids.next(shard));
            assertThat(id.shard()).isEqualTo(shard);
            assertThat(id.time()).isEqualTo(Instant.ofEpochMilli(NOW));
        }
    }

    @Test
    void idsOfOneProcessStrictlyIncreaseEvenIfTheClockIsSetBack() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            clock.addAndGet(i % 10 == 0 ? -3 : i % 3);
            made.add(ids.next(i % 32));
        }
        assertThat(made).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void idsOfSeveralProcessesSortByTime() {
        EventIdGenerator other = new EventIdGenerator(() -> Instant.ofEpochMilli(clock.get()));
        List<String> made = new ArrayList<>();
        for (long step : new long[] {1, 1, 1_000, 1L << 20, 1L << 36}) {
            clock.addAndGet(step);
            made.add((made.size() % 2 == 0 ? ids : other).next(31 - made.size()));
        }
        assertThat(made).isSorted();
    }

    @Test
    void threadsAndProcessesGenerateUniqueIds() throws InterruptedException {
        Set<String> made = ConcurrentHashMap.newKeySet();
        List<Thread> threads = new ArrayList<>();
        for (EventIdGenerator process :
                List.of(ids, ids, new EventIdGenerator(ids(NOW)), new EventIdGenerator(ids(NOW)))) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 5_000; i++) {
                    made.add(process.next(1));
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(made).hasSize(20_000);
    }

    @Test
    void malformedIdsAreRejectedWithTheExpectedFormat() {
        assertThatThrownBy(() -> EventId.parse("short")).hasMessageContaining("24 characters");
        assertThatThrownBy(() -> EventId.parse("U".repeat(24))).hasMessageContaining("base 32");
    }

    private static java.time.InstantSource ids(long now) {
        return () -> Instant.ofEpochMilli(now);
    }
}
