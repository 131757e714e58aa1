package io.lightflow.reports.view;

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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Each account has views of its own, and opens those of others by their number. */
class SavedViewApiTest {
    private static final String VERA = "token-of-the-viewer-0123";
    private static final String ADAM = "token-of-acme-0123456789";
    private static final String OTTO = "token-of-other-0123456789";

    private static final ReportsTestDatabase DATABASE = ReportsTestDatabase.fresh();
    private static final ReportsServer SERVER = new ReportsServer(ReportsSettings.of(0, DATABASE.settings())
                    .withAccess(new ReportsAccounts(List.of(
                            new ReportsAccount("vera", TokenHash.of(VERA), ReportsRole.VIEWER, Optional.empty()),
                            new ReportsAccount("adam", TokenHash.of(ADAM), ReportsRole.VIEWER, Optional.of("acme")),
                            new ReportsAccount("otto", TokenHash.of(OTTO), ReportsRole.VIEWER, Optional.of("other"))))))
            .start();

    private final TestClient vera = new TestClient(SERVER.url(), VERA);
    private final TestClient adam = new TestClient(SERVER.url(), ADAM);
    private final TestClient otto = new TestClient(SERVER.url(), OTTO);

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    private static String view(String name, String state) {
        return "{\"name\":\"" + name + "\",\"state\":\"" + state + "\"}";
    }

    @Test
    void aViewOfTheSameNameIsReplacedAndOnlyItsAccountDeletesIt() throws Exception {
        JsonNode saved = adam.call(200, "POST", "/v1/views", view("Mine", "by=country"));
        long id = saved.path("id").asLong();
        assertThat(adam.call(200, "POST", "/v1/views", view("Mine", "by=device"))
                        .path("id")
                        .asLong())
                .isEqualTo(id);
        assertThat(adam.get(200, "/v1/views").path("views").findValuesAsText("state"))
                .containsExactly("by=device");
        assertThat(vera.get(200, "/v1/views").path("views")).isEmpty();
        assertThat(vera.get(200, "/v1/views/" + id).path("account").asText()).isEqualTo("adam");
        otto.get(404, "/v1/views/" + id);
        vera.call(404, "DELETE", "/v1/views/" + id, null);
        adam.call(204, "DELETE", "/v1/views/" + id, null);
        adam.get(404, "/v1/views/" + id);
        adam.get(404, "/v1/views/x");
        new TestClient(SERVER.url(), null).get(401, "/v1/views");
    }

    @Test
    void aViewOfAllAdvertisersIsHiddenFromOneAdvertiser() throws Exception {
        long id = vera.call(200, "POST", "/v1/views", view("All", "by=advertiser"))
                .path("id")
                .asLong();
        adam.get(404, "/v1/views/" + id);
        vera.call(204, "DELETE", "/v1/views/" + id, null);
    }

    @Test
    void namesAndStatesAreValidatedAndBounded() throws Exception {
        assertThat(vera.call(422, "POST", "/v1/views", "{\"page\":\"sql\",\"name\":\"\",\"state\":1,\"more\":1}")
                        .path("errors")
                        .findValuesAsText("parameter"))
                .containsExactlyInAnyOrder("page", "name", "state", "more");
        DATABASE.execute("INSERT INTO saved_view (account, page, name, state)"
                + " SELECT 'otto', 'explore', i::text, '' FROM generate_series(1, 200) AS i");
        otto.call(409, "POST", "/v1/views", view("201", ""));
        otto.call(200, "POST", "/v1/views", view("200", "by=device"));
        assertThat(DATABASE.query("SELECT count(*) FROM saved_view WHERE account = 'otto'"))
                .isEqualTo("200");
    }
}
