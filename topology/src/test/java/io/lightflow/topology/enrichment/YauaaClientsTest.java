package io.lightflow.topology.enrichment;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.enrichment.Client;
import org.junit.jupiter.api.Test;

class YauaaClientsTest {
    private static final YauaaClients CLIENTS = new YauaaClients();
    private static final String WEBKIT = " AppleWebKit/537.36 (KHTML, like Gecko) ";

    @Test
    void deviceBrowserAndOperatingSystemAreNamed() {
        assertThat(CLIENTS.parse(
                        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + WEBKIT + "Chrome/149.0.0.0 Safari/537.36"))
                .isEqualTo(new Client("desktop", "Chrome", "Windows"));
        assertThat(CLIENTS.parse("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15"
                        + " (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"))
                .isEqualTo(new Client("phone", "Safari", "iOS"));
        assertThat(CLIENTS.parse("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"))
                .isEqualTo(new Client("desktop", "Firefox", "Linux"));
        assertThat(CLIENTS.parse(
                        "Mozilla/5.0 (Linux; Android 14; SM-T580)" + WEBKIT + "Chrome/140.0.0.0 Safari/537.36"))
                .isEqualTo(new Client("tablet", "Chrome", "Android"));
        assertThat(CLIENTS.parse("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
                        + " (KHTML, like Gecko) Version/18.5 Safari/605.1.15"))
                .isEqualTo(new Client("desktop", "Safari", "macOS"));
    }

    @Test
    void crawlersAreRobots() {
        assertThat(CLIENTS.parse("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"))
                .isEqualTo(new Client("robot", "other", "other"));
    }

    @Test
    void inventedNamesAddNoValues() {
        assertThat(CLIENTS.parse("Invented-7/1.0 (NoSystem)").browser()).isEqualTo("other");
        assertThat(CLIENTS.parse("' or 1=1 --")).isEqualTo(new Client("other", "other", "other"));
        assertThat(CLIENTS.parse("x".repeat(2_000))).isEqualTo(Client.UNKNOWN);
    }

    @Test
    void theVersionNamesTheParser() {
        assertThat(CLIENTS.version()).matches("yauaa \\d+\\.\\d+\\.\\d+");
    }
}
