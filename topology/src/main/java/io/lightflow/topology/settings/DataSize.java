package io.lightflow.topology.settings;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data, written as a whole number with its unit: {@code 64MB}. Units are powers of 1,024.
 *
 * @param bytes 0 or more
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(kB|MB|GB)");
    private static final int KILO_BITS = 10;
    private static final int MEGA_BITS = 20;
    private static final int GIGA_BITS = 30;

    public static DataSize ofMegabytes(long megabytes) {
        return new DataSize(megabytes << MEGA_BITS);
    }

    /** @throws IllegalArgumentException if the string is no size; the message says what one looks like */
    public static DataSize parse(String string) {
        Matcher matcher = SIZE.matcher(string.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "expected a whole number with its unit, one of kB, MB, GB, such as 64MB; found " + string);
        }
        int bits =
                switch (matcher.group(2)) {
                    case "kB" -> KILO_BITS;
                    case "MB" -> MEGA_BITS;
                    default -> GIGA_BITS;
                };
        return new DataSize(Long.parseLong(matcher.group(1)) << bits);
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** In the greatest unit that holds it exactly; what is below a kilobyte is cut off. */
    @Override
    public String toString() {
        if (bytes % (1L << GIGA_BITS) == 0) {
            return (bytes >> GIGA_BITS) + "GB";
        }
        return bytes % (1L << MEGA_BITS) == 0 ? (bytes >> MEGA_BITS) + "MB" : (bytes >> KILO_BITS) + "kB";
    }
}
