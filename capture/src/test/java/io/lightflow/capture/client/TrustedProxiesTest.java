package io.lightflow.capture.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustedProxiesTest {
    private static final List<AddressRange> PROXIES =
            List.of(AddressRange.parse("10.0.0.0/9"), AddressRange.parse("2001:db8::/33"));

    private static InetAddress address(String literal) {
        return AddressRange.parseAddress(literal);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.1.1.1    | 203.0.113.77                        | 203.0.113.0
            10.1.1.1    | 203.0.113.77:4711                   | 203.0.113.0
            10.1.1.1    | 1.1.1.1, 203.0.113.77, 10.2.2.2     | 203.0.113.0
            10.1.1.1    | nonsense, 203.0.113.77              | 203.0.113.0
            10.1.1.1    | 203.0.113.77, unknown               | ''
            10.1.1.1    | ''                                  | ''
            10.1.1.1    | 10.3.3.3                            | 10.3.3.0
            10.200.1.1  | 203.0.113.77                        | 10.200.1.0
            2001:db8::1 | 2a02:8071:2b8:4::1                  | 2a02:8071:2b8::
            2001:db8::1 | [2a02:8071:2b8:4::1]:443            | 2a02:8071:2b8::
            2001:db8:8000::1 | 203.0.113.77                   | 2001:db8:8000::
            10.1.1.1    | ::ffff:203.0.113.77                 | 203.0.113.0
            10.1.1.1    | evil.example                        | ''
            """)
    void onlyWhatTrustedProxiesAppendedCounts(String peer, String header, String client) {
        TrustedProxies proxies = new TrustedProxies(PROXIES, ForwardedHeader.X_FORWARDED_FOR);
        assertThat(proxies.clientAddress(address(peer), List.of(header))).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            for=203.0.113.77;proto=https;by=10.1.1.1          | 203.0.113.0
            for="[2a02:8071:2b8:4::1]:4711"                   | 2a02:8071:2b8::
            for=1.1.1.1, For="203.0.113.77"                   | 203.0.113.0
            proto=https                                       | ''
            for=_hidden                                       | ''
            """)
    void forwardedIsReadAsTheRfcSays(String header, String client) {
        TrustedProxies proxies = new TrustedProxies(PROXIES, ForwardedHeader.FORWARDED);
        assertThat(proxies.clientAddress(address("10.1.1.1"), List.of(header))).isEqualTo(client);
    }

    @Test
    void severalHeadersAreOneChain() {
        TrustedProxies proxies = new TrustedProxies(PROXIES, ForwardedHeader.X_FORWARDED_FOR);
        assertThat(proxies.clientAddress(address("10.1.1.1"), List.of("1.1.1.1", "203.0.113.77, 10.2.2.2")))
                .isEqualTo("203.0.113.0");
        assertThat(proxies.clientAddress(address("10.1.1.1"), List.of())).isEqualTo("10.1.1.0");
    }

    @Test
    void rangesAreChecked() {
        for (String wrong : List.of("", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "proxy.example", "10.0.0/8x")) {
            assertThatThrownBy(() -> AddressRange.parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(AddressRange.parse("0.0.0.0/0").contains(address("203.0.113.77")))
                .isTrue();
        assertThat(AddressRange.parse("10.0.0.1").contains(address("10.0.0.2"))).isFalse();
    }
}
