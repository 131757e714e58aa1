package io.lightflow.lab.up;

import static io.lightflow.lab.up.EventsFeed.impression;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One input after the other on the same data. */
@OnLocalStack
@ExtendWith(SharedStand.class)
@Order(SharedStand.FIRST)
class AnotherInputTest {

    @Test
    void anInputIsWaitedForAlsoIfTheOneBeforeItWentFurtherInEventTime(Stand stand) throws Exception {
        long time = stand.laterMs();

        Report first = stand.replay(impression("another-input", time));
        Report second = stand.replay(
                impression("another-input-earlier", time - Duration.ofHours(1).toMillis()));

        assertThat(second.balanced()).as(second.differences().toString()).isTrue();
        assertThat(second.joined().get("impressions")).isEqualTo(first.joined().get("impressions") + 1);
        assertThat(second.postgres().impressions()).isEqualTo(first.postgres().impressions() + 1);
        assertThat(second.late()).isEqualTo(first.late() + 1);
    }
}
