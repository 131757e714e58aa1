package io.lightflow.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lightflow.producer.UnavailablePolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CaptureSettingsFileTest {
    private static final Map<String, String> ENVIRONMENT =
            Map.of("LINK_KEY", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", "NO_KEY", "no base64!");
    private static final String MINIMAL = """
            dc: us-west
            kafka: {bootstrapServers: "kafka:9092", partitions: 8}
            links: {signWith: a, keys: [{id: a, secretVariable: LINK_KEY}]}
            """;

    private static CaptureSettings parse(String yaml) {
        return CaptureSettingsFile.parse(yaml, ENVIRONMENT);
    }

    @Test
    void withoutASpoolKafkaMakesEventsDurable() {
        CaptureSettings settings = parse(MINIMAL);
        assertThat(settings.producer().unavailablePolicy()).isEqualTo(new UnavailablePolicy.Drop());
        assertThat(settings.http().port()).isEqualTo(8090);
        assertThat(settings.admin().orElseThrow().bind()).isEqualTo("127.0.0.1");
        assertThat(settings.links().adValidity()).isEqualTo(Duration.ofDays(2));
    }

    @Test
    void aSpoolHasADirectory() {
        assertThat(parse(MINIMAL + "spool: {directory: /var/spool, maxBytes: 1048576}")
                        .producer()
                        .unavailablePolicy())
                .isEqualTo(new UnavailablePolicy.Spool(Path.of("/var/spool"), 1 << 20, Duration.ofMillis(200)));
    }

    @Test
    void messagesNameTheKey() {
        assertRejected(MINIMAL + "spool: {}", "spool.directory is missing");
        assertRejected(MINIMAL + "maxBytes: 1", "unknown key maxBytes");
        assertRejected(MINIMAL + "port: 70000", "port must be 0 to 65535");
        assertRejected(MINIMAL + "proxies: {trusted: [proxy]}", "proxies.trusted[0]: expected an address");
        assertRejected(MINIMAL + "proxies: {trusted: [10.0.0.1], header: X-Real-IP}", "proxies.header must be");
        assertRejected(MINIMAL.replace("LINK_KEY", "NO_KEY"), "links.keys[0].secret must be base64");
        assertRejected(MINIMAL.replace("signWith: a", "signWith: b"), "expected the signing key b");
        assertRejected("dc: us-west", "kafka is missing");
    }

    private static void assertRejected(String yaml, String message) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
