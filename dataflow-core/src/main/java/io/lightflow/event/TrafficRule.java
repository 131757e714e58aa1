package io.lightflow.event;

import java.nio.charset.StandardCharsets;

/**
 * A rule of invalid traffic. The categories follow the Media Rating Council's guidelines for general invalid traffic.
 * The ids are part of the joined topics, and the codes of stored cells: never change one.
 */
public enum TrafficRule {
    /** The row of the event's join key is full, so the event is not stored. */
    ROW_CAP("row-cap", 1, Mode.ENFORCED),
    /** The user agent is that of a known crawler. */
    CRAWLER("crawler", 2, Mode.CHOSEN),
    /** The address belongs to a data center. */
    DATA_CENTER("data-center", 3, Mode.CHOSEN),
    /** The impression has had too many clicks. */
    REPEATED_CLICK("repeated-click", 4, Mode.CHOSEN),
    /** The join key has had too many clicks within a short time. */
    CLICK_RATE("click-rate", 5, Mode.CHOSEN),
    /** The click follows its impression too soon. */
    FAST_CLICK("fast-click", 6, Mode.CHOSEN),
    /** The conversion follows its click too soon. */
    FAST_CONVERSION("fast-conversion", 7, Mode.CHOSEN),
    /** The impression of a click, or of a view-through conversion, is invalid. */
    INVALID_IMPRESSION("invalid-impression", 8, Mode.ENFORCED),
    /** The click of a conversion is invalid. */
    INVALID_CLICK("invalid-click", 9, Mode.ENFORCED),
    /** The conversion follows its click too late. */
    SLOW_CONVERSION("slow-conversion", 10, Mode.CHOSEN),
    /** The browser requested the impression or the click ahead of time. */
    PREFETCH("prefetch", 11, Mode.CHOSEN),
    /** The browser has had too many impressions in the same placement within a second. */
    STACKED("stacked", 12, Mode.CHOSEN);

    private enum Mode {
        /** It always makes events invalid. */
        ENFORCED,
        /** The settings decide. */
        CHOSEN
    }

    private final String id;
    private final int code;
    private final Mode mode;
    private final byte[] utf8;

    TrafficRule(String id, int code, Mode mode) {
        this.id = id;
        this.code = code;
        this.mode = mode;
        this.utf8 = id.getBytes(StandardCharsets.UTF_8);
    }

    /** Its name in settings, joined topics and the archive. */
    public String id() {
        return id;
    }

    /** Its number in stored cells; 1 to 127. */
    public int code() {
        return code;
    }

    /** Whether it may be in shadow mode: events that match it are marked, and stay valid. */
    public boolean mayBeShadow() {
        return mode == Mode.CHOSEN;
    }

    byte[] utf8() {
        return utf8;
    }

    /** @throws IllegalArgumentException if no rule has this code */
    public static TrafficRule ofCode(int code) {
        for (TrafficRule rule : values()) {
            if (rule.code == code) {
                return rule;
            }
        }
        throw new IllegalArgumentException("expected the code of a traffic rule, from 1 to " + values().length
                + ", found " + code + "; a newer build may have written it");
    }
}
