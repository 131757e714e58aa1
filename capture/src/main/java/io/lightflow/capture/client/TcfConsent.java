package io.lightflow.capture.client;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Reads the purposes of a consent string of the IAB's Transparency and Consent Framework, version 2. */
final class TcfConsent {
    private static final int VERSION_BITS = 6;
    private static final int VERSION = 2;
    /** Position of the bit of purpose 1 in the core segment. */
    private static final int PURPOSES_AT = 152;
    /** Storing and reading information on the device. */
    private static final int STORAGE = 1;
    /** Measuring the performance of advertising. */
    private static final int MEASUREMENT = 7;

    private static final int MAX_LENGTH = 4_096;

    private TcfConsent() {}

    /** Whether the string consents to storage and measurement; false for a string that is none. */
    static boolean grants(String consent) {
        if (consent.isEmpty() || consent.length() > MAX_LENGTH) {
            return false;
        }
        int dot = consent.indexOf('.');
        String core = dot < 0 ? consent : consent.substring(0, dot);
        byte[] bits;
        try {
            bits = Base64.getUrlDecoder().decode(core.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return false;
        }
        boolean whole = bits.length * Byte.SIZE >= PURPOSES_AT + MEASUREMENT;
        return whole
                && (bits[0] & 0xFF) >> (Byte.SIZE - VERSION_BITS) == VERSION
                && isSet(bits, PURPOSES_AT + STORAGE - 1)
                && isSet(bits, PURPOSES_AT + MEASUREMENT - 1);
    }

    private static boolean isSet(byte[] bits, int at) {
        return (bits[at / Byte.SIZE] >> (Byte.SIZE - 1 - at % Byte.SIZE) & 1) == 1;
    }
}
