package io.lightflow.lab.contest;

/** A hash of 64 bits over a sequence of byte arrays. Sums of them compare sets of any order. */
final class Fingerprint {
    private static final long FIRST = 0x9E3779B97F4A7C15L;

    private long hash = FIRST;

    Fingerprint() {}

    Fingerprint add(byte[] bytes) {
        long now = hash ^ bytes.length;
        for (byte one : bytes) {
            now = (now ^ one) * 0xFF51AFD7ED558CCDL;
            now ^= now >>> 32;
        }
        hash = mixed(now);
        return this;
    }

    Fingerprint add(long number) {
        hash = mixed(hash ^ number);
        return this;
    }

    long value() {
        return mixed(hash);
    }

    private static long mixed(long bits) {
        long now = bits + FIRST;
        now = (now ^ now >>> 30) * 0xBF58476D1CE4E5B9L;
        now = (now ^ now >>> 27) * 0x94D049BB133111EBL;
        return now ^ now >>> 31;
    }
}
