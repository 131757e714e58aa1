package io.lightflow.lab.feed;

import java.util.List;
import java.util.Locale;

/** Derives the class of a device from words of its user agent; the first matching rule decides. */
final class DeviceClass {
    private static final List<String> TABLET = List.of("ipad", "playbook", "kindle");
    private static final List<String> PHONE = List.of(
            "iphone",
            "ipod",
            "windows phone",
            "iemobile",
            "blackberry",
            "symbian",
            "series 60",
            "series60",
            "j2me",
            "midp",
            "ucweb",
            "opera mini");
    private static final List<String> DESKTOP = List.of("windows nt", "macintosh", "x11;", "cros ");

    private DeviceClass() {}

    /** {@code tablet}, {@code phone}, {@code desktop}, or empty if unknown. */
    static String of(String userAgent) {
        String agent = userAgent.toLowerCase(Locale.ROOT);
        if (containsAny(agent, TABLET)) {
            return "tablet";
        }
        if (containsAny(agent, PHONE)) {
            return "phone";
        }
        if (agent.contains("android")) {
            // Android phones have the word mobile, Android tablets do not.
            return agent.contains("mobile") || !agent.startsWith("mozilla") ? "phone" : "tablet";
        }
        return containsAny(agent, DESKTOP) ? "desktop" : "";
    }

    private static boolean containsAny(String agent, List<String> words) {
        for (String word : words) {
            if (agent.contains(word)) {
                return true;
            }
        }
        return false;
    }
}
