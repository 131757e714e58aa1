package io.lightflow.traffic;

import java.util.Comparator;
import java.util.Objects;

/**
 * The place in which an impression is shown. An impression may lack either.
 *
 * @param publisher the site or app; empty for none
 * @param name the ad slot; empty for none
 */
public record Placement(String publisher, String name) implements Comparable<Placement> {
    private static final Comparator<Placement> ORDER =
            Comparator.comparing(Placement::publisher).thenComparing(Placement::name);

    public Placement {
        Objects.requireNonNull(publisher, "publisher");
        Objects.requireNonNull(name, "name");
    }

    @Override
    public int compareTo(Placement other) {
        return ORDER.compare(this, other);
    }
}
