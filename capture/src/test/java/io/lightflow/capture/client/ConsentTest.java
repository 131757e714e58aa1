package io.lightflow.capture.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.capture.client.ConsentRule.Objection;
import io.lightflow.capture.client.ConsentRule.Tcf;
import java.math.BigInteger;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

public class ConsentTest {
    /** A published example of the framework: version 2, consent to purposes 1 to 3 only. */
    private static final String EXAMPLE =
            "COvFyGBOvFyGBAbAAAENAPCAAOAAAAAAAAAAAEEUACCKAAA.IFoEUQQgAIQwgIwQABAEAAAAOIAACAIAAAAQAIAgEAACEAAAAAgAQ"
                    + "BAAAAAAAGBAAgAAAAAAAFAAECAAAgAAQARAEQAAAAAJAAIAAgAAAYQEAAAQmAgBC3ZAYzUw";

    /** A core segment of version 2 that consents to these purposes. */
    public static String consent(int... purposes) {
        byte[] bits = new byte[30];
        BigInteger core = BigInteger.valueOf(2).shiftLeft(bits.length * 8 - 6);
        for (int purpose : purposes) {
            core = core.setBit(bits.length * 8 - 1 - (152 + purpose - 1));
        }
        byte[] bytes = core.toByteArray();
        System.arraycopy(bytes, 0, bits, bits.length - bytes.length, bytes.length);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    }

    @Test
    void aStringGrantsWithPurposesOneAndSeven() {
        assertThat(TcfConsent.grants(consent(1, 7))).isTrue();
        assertThat(TcfConsent.grants(consent(1, 2, 7, 10) + ".IFoEUQ")).isTrue();
        assertThat(TcfConsent.grants(EXAMPLE)).isFalse();
        for (String no : List.of("", consent(), consent(1), consent(7), consent(6, 8), "CO", "no base64!", "é", ".x")) {
            assertThat(TcfConsent.grants(no)).as(no).isFalse();
        }
        byte[] first = Base64.getUrlDecoder().decode(consent(1, 7));
        first[0] = 1 << 2;
        assertThat(TcfConsent.grants(Base64.getUrlEncoder().encodeToString(first)))
                .as("version 1")
                .isFalse();
        assertThat(TcfConsent.grants("A".repeat(5_000))).isFalse();
        assertThat(Arrays.stream(EXAMPLE.split("\\.")).count()).isEqualTo(2);
    }

    @Test
    void rulesDecide() {
        ConsentRule required = new ConsentRule(Tcf.REQUIRED, Set.of(Objection.GPC));
        ConsentRule ifPresent = new ConsentRule(Tcf.IF_PRESENT, Set.of());
        ConsentRule ignored = new ConsentRule(Tcf.IGNORED, Set.of(Objection.DNT));
        assertThat(required.allows(Set.of(), "0", "")).isFalse();
        assertThat(required.allows(Set.of(), "", consent(1, 7))).isTrue();
        assertThat(required.allows(Set.of(Objection.GPC), "1", consent(1, 7))).isFalse();
        assertThat(required.allows(Set.of(Objection.DNT), "1", consent(1, 7))).isTrue();
        assertThat(ifPresent.allows(Set.of(Objection.GPC), "", "")).isTrue();
        assertThat(ifPresent.allows(Set.of(), "1", "")).isFalse();
        assertThat(ifPresent.allows(Set.of(), "0", consent(1))).isFalse();
        assertThat(ignored.allows(Set.of(Objection.GPC), "1", "")).isTrue();
        assertThat(ignored.allows(Set.of(Objection.DNT), "0", "")).isFalse();
    }

    @Test
    void onlyATrustedProxyTellsTheCountry() {
        ConsentPolicy policy = new ConsentPolicy(
                ConsentRule.STRICTEST, Map.of("US", new ConsentRule(Tcf.IGNORED, Set.of())), "CF-IPCountry");
        TrustedProxies proxies =
                new TrustedProxies(List.of(AddressRange.parse("10.0.0.0/8")), ForwardedHeader.X_FORWARDED_FOR);
        Visitors visitors = new Visitors(proxies, policy, VisitorCookie.standard());
        Map<String, List<String>> headers = Map.of("cf-ipcountry", List.of("us"));
        assertThat(identifiable(visitors, "10.1.1.1", headers)).isTrue();
        assertThat(identifiable(visitors, "203.0.113.77", headers)).isFalse();
        assertThat(identifiable(visitors, "10.1.1.1", Map.of("cf-ipcountry", List.of("US", "DE"))))
                .isFalse();
        assertThat(identifiable(visitors, "10.1.1.1", Map.of())).isFalse();
        assertThatThrownBy(() -> new ConsentPolicy(ConsentRule.STRICTEST, Map.of("usa", ConsentRule.STRICTEST), ""))
                .hasMessageContaining("two capital letters");
    }

    private static boolean identifiable(Visitors visitors, String peer, Map<String, List<String>> headers) {
        InetAddress address = AddressRange.parseAddress(peer);
        return visitors.of(address, name -> headers.getOrDefault(name, List.of()), name -> "")
                .identifiable();
    }
}
