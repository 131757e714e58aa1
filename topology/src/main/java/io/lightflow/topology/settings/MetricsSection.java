package io.lightflow.topology.settings;

import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the workers of a group export their metrics.
 *
 * @param host address that they listen on
 * @param ports range of ports, such as {@code 9464-9563}: a worker takes the first free one. A single port is a range,
 *     {@code 0} is any free port, and {@code none} exports nothing
 * @param targets directory of each machine in which a worker names its port for Prometheus; null: it names it nowhere
 */
public record MetricsSection(String host, String ports, Path targets) {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");
    private static final int MAX_PORT = 65_535;
    private static final String NONE = "none";

    public MetricsSection {
        host = Require.orElse(host, "127.0.0.1");
        ports = Require.orElse(ports, "9464-9563");
        if (!ports.equals(NONE)) {
            Matcher range = RANGE.matcher(ports);
            if (!range.matches() || end(range) > MAX_PORT || end(range) < Integer.parseInt(range.group(1))) {
                throw new WrongSettingException("the key metrics.ports takes a port, a range such as 9464-9563, 0 for"
                        + " any free port, or none, found " + ports);
            }
        }
    }

    private static int end(Matcher range) {
        return Integer.parseInt(range.group(range.group(2) == null ? 1 : 2));
    }

    private Matcher range() {
        Matcher range = RANGE.matcher(ports);
        if (!range.matches()) {
            throw new IllegalStateException("metrics.ports is " + ports);
        }
        return range;
    }

    /** Whether metrics are exported. */
    public boolean enabled() {
        return !ports.equals(NONE);
    }

    /** The first port of the range; 0 for any free port. */
    public int firstPort() {
        return Integer.parseInt(range().group(1));
    }

    /** The last port of the range. */
    public int lastPort() {
        return end(range());
    }
}
