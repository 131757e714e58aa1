package io.lightflow.traffic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An address is in a range, whatever its spelling; a string that is no address is in none. */
class AddressRangesTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.0, true",
        "192.0.2.0/24, 192.0.2.255, true",
        "192.0.2.0/24, 192.0.2.*, true",
        "192.0.2.0/24, 192.0.3.0, false",
        "192.0.2.0/24, 192.0.1.255, false",
        "192.0.2.77/24, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "0.0.0.0/0, 255.255.255.255, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/32, 2001:db8:ffff::, true",
        "2001:db8::/32, 2001:db9::, false",
        "::/0, 192.0.2.1, true",
        "192.0.2.0/24, ::ffff:192.0.2.9, true",
    })
    void anAddressIsInARange(String range, String address, boolean contained) {
        assertThat(AddressRanges.of(List.of(range)).contains(address)).isEqualTo(contained);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "1.2.3",
                "1.2.3.4.5",
                "1.2.3.256",
                "1.2.3.-1",
                "1..3.4",
                "*.2.3.4",
                "1.2.3.4 ",
                "::g",
                "fe80::1%eth0",
                ":",
                "1.2.3.0000"
            })
    void aStringThatIsNoAddressIsInNoRange(String address) {
        assertThat(AddressRanges.of(List.of("0.0.0.0/0", "::/0")).contains(address))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.0.2.0/33", "192.0.2.0/", "192.0.2/24", "example.com/8", "2001:db8::/129", "/8"})
    void aRangeThatIsNoneIsRejected(String range) {
        assertThatThrownBy(() -> AddressRanges.of(List.of(range)))
                .hasMessage("expected an address range such as 192.0.2.0/24 or 2001:db8::/32, found \"" + range + "\"");
    }

    @Test
    void overlappingRangesAreSearchedLikeEachRangeAlone() {
        long seed = Long.getLong("lightflow.seed", System.nanoTime());
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            List<String> ranges = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                ranges.add("10.0." + random.nextInt(4) + "." + random.nextInt(256) + "/" + (20 + random.nextInt(13)));
            }
            AddressRanges all = AddressRanges.of(ranges);
            for (int i = 0; i < 200; i++) {
                String address = "10.0." + random.nextInt(4) + "." + random.nextInt(256);
                boolean expected = ranges.stream()
                        .anyMatch(range -> AddressRanges.of(List.of(range)).contains(address));
                assertThat(all.contains(address)).as(address + " in " + ranges).isEqualTo(expected);
            }
        }
    }
}
