package io.lightflow.lab.up;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;

/**
 * Campaigns for some of the ads in generated traffic, so that the dashboard shows budgets from the first minute. They
 * are created over the HTTP API, as an advertiser's tools do it.
 */
final class DemonstrationCampaigns {
    private static final int CREATED = 201;
    private static final int EXISTS = 409;

    /** @param dailyBudget in whole units of the currency */
    private record Demonstration(String id, String advertiser, String name, String currency, long dailyBudget) {}

    /** Generated campaigns 5 A to 5 A + 4 belong to advertiser A, whose currency is EUR if A is even, else USD. */
    private static final List<Demonstration> ALL = List.of(
            new Demonstration("campaign-6", "advertiser-1", "Autumn sale", "USD", 400),
            new Demonstration("campaign-11", "advertiser-2", "New arrivals", "EUR", 250),
            new Demonstration("campaign-17", "advertiser-3", "Brand awareness", "USD", 1_000),
            new Demonstration("campaign-20", "advertiser-4", "Free delivery", "EUR", 150),
            new Demonstration("campaign-33", "advertiser-6", "Small test", "EUR", 1));

    private DemonstrationCampaigns() {}

    /**
     * Creates those that do not exist.
     *
     * @param reports address of the reports server
     * @throws IllegalStateException if the server rejects one
     */
    static void create(URI reports) throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        for (Demonstration each : ALL) {
            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(reports.resolve("/v1/campaigns"))
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofString(body(each)))
                            .build(),
                    BodyHandlers.ofString());
            if (response.statusCode() != CREATED && response.statusCode() != EXISTS) {
                throw new IllegalStateException("The campaign " + each.id() + " was rejected: expected status "
                        + CREATED + " or " + EXISTS + ", found " + response.statusCode() + ": " + response.body());
            }
        }
    }

    private static String body(Demonstration campaign) {
        ObjectNode body = new ObjectMapper().createObjectNode();
        body.put("id", campaign.id())
                .put("advertiser", campaign.advertiser())
                .put("name", campaign.name())
                .put("currency", campaign.currency())
                .put("daily_budget_micros", campaign.dailyBudget() * 1_000_000)
                .put("pacing", "even");
        return body.toString();
    }
}
