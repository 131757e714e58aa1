package io.lightflow.lab.torture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.lab.stock.CampaignMinute;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A loss here and a double there are told apart, and neither is blamed on a later fault. */
class DeviationTest {
    private static final CampaignMinute A = new CampaignMinute("a", 0);
    private static final CampaignMinute B = new CampaignMinute("b", 0);
    private static final CampaignMinute C = new CampaignMinute("c", 60_000);

    @Test
    void equalCountsDoNotDeviate() {
        assertThat(Deviation.between(Map.of(A, 3L, B, 1L), Map.of(A, 3L, B, 1L)))
                .isEqualTo(Deviation.NONE);
    }

    @Test
    void aLossAndADoubleDoNotCancelOut() {
        Deviation deviation = Deviation.between(Map.of(A, 3L, B, 2L), Map.of(A, 1L, B, 3L, C, 1L));

        assertThat(deviation.lost()).isEqualTo(2);
        assertThat(deviation.doubled()).isEqualTo(2);
    }

    @Test
    void whatWasWrongBeforeIsLeftOut() {
        Deviation before = Deviation.between(Map.of(A, 3L, B, 2L), Map.of(A, 1L, B, 2L));
        Deviation after = Deviation.between(Map.of(A, 9L, B, 7L, C, 1L), Map.of(A, 7L, B, 8L));

        assertThat(after.since(before)).isEqualTo(Deviation.between(Map.of(B, 7L, C, 1L), Map.of(B, 8L)));
        assertThat(before.since(before)).isEqualTo(Deviation.NONE);
    }
}
