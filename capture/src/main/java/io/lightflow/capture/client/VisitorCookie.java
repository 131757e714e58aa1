package io.lightflow.capture.client;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * The first-party cookie with the join key of a browser: random, secure, and hidden from scripts.
 *
 * @param name the cookie's name
 * @param domain for which hosts it counts; empty for that of the server alone
 * @param lifetime from its first request on
 * @param sameSite whether pages of other sites send it
 */
public record VisitorCookie(String name, String domain, Duration lifetime, SameSite sameSite) {
    private static final int VALUE_BYTES = 16;
    private static final int VALUE_LENGTH = 22;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final Pattern DOMAIN = Pattern.compile("[a-z0-9.-]*");
    private static final SecureRandom RANDOM = new SecureRandom();

    /** Whether pages of other sites send the cookie. */
    public enum SameSite {
        /** Ads and tags are on pages of other sites. */
        NONE("None"),
        LAX("Lax"),
        STRICT("Strict");

        private final String attribute;

        SameSite(String attribute) {
            this.attribute = attribute;
        }
    }

    public VisitorCookie {
        Objects.requireNonNull(sameSite, "sameSite");
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "cookie.name must be 1 to 64 letters, digits, '-' and '_', but is '" + name + "'");
        }
        if (!DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("cookie.domain must be a host name, but is '" + domain + "'");
        }
        if (lifetime.toSeconds() < 1) {
            throw new IllegalArgumentException("cookie.lifetime must be at least 1s, but is " + lifetime);
        }
    }

    /** {@code lf_id} for 90 days, also on pages of other sites. */
    public static VisitorCookie standard() {
        return new VisitorCookie("lf_id", "", Duration.ofDays(90), SameSite.NONE);
    }

    /** A value for a browser without a cookie. */
    static String newValue() {
        byte[] value = new byte[VALUE_BYTES];
        RANDOM.nextBytes(value);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(value);
    }

    /**
     * The cookie's value in a header; an empty string if it is missing or not of this form.
     *
     * @param header a header Cookie
     */
    String value(String header) {
        for (int begin = 0; begin < header.length(); ) {
            int semicolon = header.indexOf(';', begin);
            int end = semicolon < 0 ? header.length() : semicolon;
            int equals = header.indexOf('=', begin);
            if (equals > begin
                    && equals < end
                    && header.substring(begin, equals).strip().equals(name)) {
                String value = header.substring(equals + 1, end).strip();
                return isValue(value) ? value : "";
            }
            begin = end + 1;
        }
        return "";
    }

    /** Whether it has the form of {@link #newValue}. */
    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean allowed =
                    c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!allowed) {
                return false;
            }
        }
        return value.length() == VALUE_LENGTH;
    }

    /** The header Set-Cookie that stores a value. */
    String set(String value) {
        return attributes(value, lifetime.toSeconds());
    }

    /** The header Set-Cookie that deletes the cookie. */
    String delete() {
        return attributes("", 0);
    }

    private String attributes(String value, long seconds) {
        return name + "=" + value + (domain.isEmpty() ? "" : "; Domain=" + domain) + "; Path=/; Max-Age=" + seconds
                + "; Secure; HttpOnly; SameSite=" + sameSite.attribute;
    }
}
