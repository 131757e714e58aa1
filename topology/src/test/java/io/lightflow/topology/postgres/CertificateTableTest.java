package io.lightflow.topology.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.PostgresSettings;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CertificateTableTest {
    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();

    @Test
    void aLaterCertificateOfAnHourReplacesTheEarlierOne() {
        Instant hour = Instant.parse("2026-01-18T20:00:00Z");
        try (CertificateTable table = new CertificateTable(settings)) {
            table.put("us", hour, hour.plusSeconds(4_000), 3);
            table.put("eu", hour, hour.plusSeconds(4_000), 0);
            table.put("us", hour, hour.plusSeconds(90_000), 0);
        }
        assertThat(server.query(
                        settings,
                        "SELECT string_agg(concat_ws(' ', group_name, certified_at - hour, differences), ', ' ORDER BY"
                                + " group_name) FROM certificate"))
                .isEqualTo("eu 01:06:40 0, us 1 day 01:00:00 0");
    }
}
