package io.lightflow.topology.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.database.PostgresSettings;
import io.lightflow.enrichment.CampaignSource;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Advertisers come from the table {@code campaign}, as of one moment. */
class CampaignSnapshotsTest {
    private static final Duration NEVER = Duration.ofDays(1);

    private final PostgresServer server = PostgresServer.shared();
    private final PostgresSettings settings = server.newSchema();

    private void insert(String id, String advertiser) {
        server.execute(
                settings,
                "INSERT INTO campaign (id, advertiser, name, currency) VALUES ('" + id + "', '" + advertiser
                        + "', '', 'EUR')");
    }

    @Test
    void aSnapshotStandsUntilTheTableSaysSomethingElse() {
        insert("spring", "acme");
        try (CampaignSnapshots campaigns = CampaignSnapshots.open(settings, NEVER)) {
            CampaignSource first = campaigns.latest();
            assertThat(first.advertiserOf("spring")).isEqualTo("acme");
            assertThat(first.version()).isPositive();
            campaigns.refresh();
            assertThat(campaigns.latest()).isSameAs(first);
            insert("autumn", "acme");
            campaigns.refresh();
            assertThat(first.advertiserOf("autumn")).isEmpty();
            assertThat(campaigns.latest().advertiserOf("autumn")).isEqualTo("acme");
            assertThat(campaigns.latest().version()).isGreaterThanOrEqualTo(first.version());
        }
    }
}
