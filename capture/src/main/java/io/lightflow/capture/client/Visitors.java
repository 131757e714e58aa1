package io.lightflow.capture.client;

import io.lightflow.capture.client.ConsentRule.Objection;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides what may be stored about browsers.
 *
 * @param proxies whose word about addresses and countries counts
 */
public record Visitors(TrustedProxies proxies, ConsentPolicy consent, VisitorCookie cookie) {
    private static final int MAX_USER_AGENT = 512;

    /**
     * @param peer address of the connection
     * @param headers all values of a header, by its lower-case name
     * @param parameter the value of a parameter, or an empty string
     */
    public Visitor of(InetAddress peer, Function<String, List<String>> headers, Function<String, String> parameter) {
        Set<Objection> objections = EnumSet.noneOf(Objection.class);
        for (Objection objection : Objection.values()) {
            if (headers.apply(objection.header()).contains("1")) {
                objections.add(objection);
            }
        }
        String known = cookie.value(String.join(";", headers.apply("cookie")));
        boolean identifiable = consent.rule(country(peer, headers))
                .allows(objections, parameter.apply("gdpr"), parameter.apply("gdpr_consent"));
        if (!identifiable) {
            return new Visitor(false, "", "", "", known.isEmpty() ? Optional.empty() : Optional.of(cookie.delete()));
        }
        String key = known.isEmpty() ? VisitorCookie.newValue() : known;
        String userAgent = String.join(" ", headers.apply("user-agent"));
        return new Visitor(
                true,
                key,
                userAgent.length() > MAX_USER_AGENT ? userAgent.substring(0, MAX_USER_AGENT) : userAgent,
                proxies.clientAddress(peer, headers.apply(proxies.header().headerName())),
                known.isEmpty() ? Optional.of(cookie.set(key)) : Optional.empty());
    }

    private String country(InetAddress peer, Function<String, List<String>> headers) {
        if (consent.countryHeader().isEmpty() || !proxies.trusts(peer)) {
            return "";
        }
        List<String> values = headers.apply(consent.countryHeader());
        return values.size() == 1 ? values.get(0) : "";
    }
}
