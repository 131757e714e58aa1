package io.lightflow.topology.enrichment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.lightflow.enrichment.Client;
import io.lightflow.enrichment.ClientSource;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import nl.basjes.parse.useragent.UserAgent;
import nl.basjes.parse.useragent.UserAgentAnalyzer;
import nl.basjes.parse.useragent.Version;

/**
 * Reads user agents with Yauaa. It needs most of a millisecond for one, so a process remembers those that it has read.
 * Names are from fixed lists: whatever a client sends, it adds no row of statistics for each of its inventions.
 */
final class YauaaClients implements ClientSource {
    private static final int MAX_REMEMBERED = 50_000;
    /** Longer strings are no browser's, and reading them takes longer. */
    private static final int MAX_LENGTH = 1_024;

    private static final String OTHER = "other";
    private static final Set<String> UNKNOWN = Set.of("Unknown", "??");
    private static final Set<String> BROWSERS = Set.of(
            "360 Browser",
            "Android Webview",
            "Brave",
            "Chrome",
            "Chrome Webview",
            "Chromium",
            "DuckDuckGo",
            "Edge",
            "FacebookApp",
            "Firefox",
            "Instagram App",
            "Internet Explorer",
            "Maxthon",
            "Opera",
            "Opera GX",
            "Opera Mini",
            "QQ Browser",
            "SafariMobile",
            "Safari",
            "Safari Webview",
            "SamsungBrowser",
            "Silk",
            "Sogou Explorer",
            "Stock Android Browser",
            "UCBrowser",
            "Vivaldi",
            "YaBrowser");
    /** Yauaa's names of operating systems, and theirs in statistics. */
    private static final Map<String, String> SYSTEMS = Map.ofEntries(
            Map.entry("Android", "Android"),
            Map.entry("BlackBerry OS", "BlackBerry OS"),
            Map.entry("Chrome OS", "Chrome OS"),
            Map.entry("Fedora", "Linux"),
            Map.entry("FireOS", "FireOS"),
            Map.entry("FreeBSD", "FreeBSD"),
            Map.entry("HarmonyOS", "HarmonyOS"),
            Map.entry("iOS", "iOS"),
            Map.entry("iPadOS", "iPadOS"),
            Map.entry("KaiOS", "KaiOS"),
            Map.entry("Linux", "Linux"),
            Map.entry("Mac OS", "macOS"),
            Map.entry("Mac OS X", "macOS"),
            Map.entry("macOS", "macOS"),
            Map.entry("Symbian OS", "Symbian OS"),
            Map.entry("Tizen", "Tizen"),
            Map.entry("tvOS", "tvOS"),
            Map.entry("Ubuntu", "Linux"),
            Map.entry("WebOS", "webOS"),
            Map.entry("Windows 9x", "Windows"),
            Map.entry("Windows CE", "Windows CE"),
            Map.entry("Windows Mobile", "Windows Phone"),
            Map.entry("Windows NT", "Windows"),
            Map.entry("Windows Phone", "Windows Phone"));

    private final UserAgentAnalyzer analyzer = UserAgentAnalyzer.newBuilder()
            .hideMatcherLoadStats()
            .dropTests()
            .withoutCache()
            .withField(UserAgent.DEVICE_CLASS)
            .withField(UserAgent.AGENT_NAME)
            .withField(UserAgent.OPERATING_SYSTEM_NAME)
            .build();
    private final Cache<String, Client> remembered =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    @Override
    public Client parse(String userAgent) {
        return userAgent.length() > MAX_LENGTH ? Client.UNKNOWN : remembered.get(userAgent, this::read);
    }

    private Client read(String userAgent) {
        UserAgent agent = analyzer.parse(userAgent);
        String device = agent.getValue(UserAgent.DEVICE_CLASS);
        if (device.startsWith("Robot")) {
            return new Client("robot", OTHER, OTHER);
        }
        // Yauaa takes strings that are no user agents for attacks.
        if (device.equals("Hacker")) {
            return new Client(OTHER, OTHER, OTHER);
        }
        String browser = agent.getValue(UserAgent.AGENT_NAME);
        String system = agent.getValue(UserAgent.OPERATING_SYSTEM_NAME);
        return new Client(
                UNKNOWN.contains(device) ? "" : device.toLowerCase(Locale.ROOT),
                UNKNOWN.contains(browser) ? "" : BROWSERS.contains(browser) ? browser : OTHER,
                UNKNOWN.contains(system) ? "" : SYSTEMS.getOrDefault(system, OTHER));
    }

    @Override
    public String version() {
        return "yauaa " + Version.PROJECT_VERSION;
    }
}
