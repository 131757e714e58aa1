package io.lightflow.reports.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lightflow.reports.http.ReportsAccount;
import io.lightflow.reports.http.ReportsAccounts;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.server.ReportsServer;
import io.lightflow.reports.server.ReportsSettings;
import io.lightflow.reports.server.ReportsTestDatabase;
import io.lightflow.reports.server.TestClient;
import io.lightflow.service.access.TokenHash;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The files of the dashboard, and the paths that only it uses. */
class PageTest {
    private static final String ALL = "token-of-the-viewer-0123";
    private static final String ONE = "token-of-advertiser-a-0123";

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final ReportsServer SERVER = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                    .withAccess(new ReportsAccounts(List.of(
                            new ReportsAccount("all", TokenHash.of(ALL), ReportsRole.VIEWER, Optional.empty()),
                            new ReportsAccount("one", TokenHash.of(ONE), ReportsRole.MANAGER, Optional.of("a"))))))
            .start();

    private final TestClient nobody = new TestClient(SERVER.url(), null);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void everyFileOfThePageIsServedAndNotSentTwice() throws Exception {
        String page = nobody.send("GET", "/", null).body();
        Matcher names = Pattern.compile("(?:src|href)=\"(page/[^\"]+)\"").matcher(page);
        int files = 0;
        while (names.find()) {
            HttpResponse<String> file = nobody.send("GET", "/" + names.group(1), null);
            assertThat(file.statusCode()).as(names.group(1)).isEqualTo(200);
            String tag = file.headers().firstValue("ETag").orElseThrow();
            assertThat(nobody.send("GET", "/" + names.group(1), null, "If-None-Match", tag)
                            .statusCode())
                    .isEqualTo(304);
            files++;
        }
        assertThat(files).isEqualTo(5);
        assertThat(page).contains("data-accounts=\"required\"").doesNotContain("http:", "https:", "style=", "<script>");
        nobody.get(404, "/page/index.html");
        nobody.get(404, "/page/..%2fopenapi%2freports.yaml");
    }

    @Test
    void shardsMatchTheLedgerAndAreHiddenFromSingleAdvertisers() throws Exception {
        TestClient all = new TestClient(SERVER.url(), ALL);
        assertThat(all.get(200, "/v1/shards").path("shards")).isEmpty();
        long begun = System.nanoTime();
        DATABASE.execute("INSERT INTO ledger (topology, group_name, shard, epoch, position, watermark, txid, opened_at,"
                + " committed_at, writer_version) VALUES"
                + " ('stats-counter', 'us', 1, 1, '{}', now() - interval '90 s', 5, now(), '2026-01-01T00:00:00Z',"
                + " 1000), ('stats-counter', 'eu', 0, 1, '{}', NULL, 0, now(), NULL, 1000)");
        JsonNode shards = all.get(200, "/v1/shards").path("shards");
        assertThat(shards.get(0).toString())
                .isEqualTo("{\"topology\":\"stats-counter\",\"group\":\"eu\",\"shard\":0,\"watermark\":null,"
                        + "\"committed_at\":null,\"behind_ms\":null}");
        long elapsedMs = (System.nanoTime() - begun) / 1_000_000;
        assertThat(shards.get(1).path("behind_ms").asLong()).isBetween(90_000L, 90_001 + elapsedMs);
        assertThat(shards.get(1).path("committed_at").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(all.get(400, "/v1/shards?group=us").at("/errors/0/parameter").asText())
                .isEqualTo("group");
        new TestClient(SERVER.url(), ONE).get(403, "/v1/shards");
        nobody.get(401, "/v1/shards");
        assertThat(nobody.get(200, "/openapi.json").path("paths").has("/v1/shards"))
                .isTrue();
    }
}
