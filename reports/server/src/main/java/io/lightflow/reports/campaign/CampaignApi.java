package io.lightflow.reports.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.ConditionalRequests;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code /v1/campaigns}. An account that is limited to an advertiser sees only that advertiser's campaigns. */
public final class CampaignApi implements Feature {
    private static final List<String> STATUSES = List.of("active", "paused", "ended");
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LISTED = 1_000;

    private final CampaignStore store;

    /** @param primary empty if campaigns are read-only */
    public CampaignApi(Sql replica, Optional<Sql> primary) {
        this.store = new CampaignStore(replica, primary);
    }

    @Override
    public String description() {
        return "campaigns.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/campaigns", ReportsJson.handler(this::list), ReportsRole.VIEWER);
        routes.post("/v1/campaigns", this::create, ReportsRole.MANAGER);
        routes.get("/v1/campaigns/{id}", this::get, ReportsRole.VIEWER);
        routes.put("/v1/campaigns/{id}", this::replace, ReportsRole.MANAGER);
        routes.patch("/v1/campaigns/{id}", this::patch, ReportsRole.MANAGER);
        routes.post("/v1/campaigns/{id}/pause", context -> setStatus(context, "paused"), ReportsRole.MANAGER);
        routes.post("/v1/campaigns/{id}/resume", context -> setStatus(context, "active"), ReportsRole.MANAGER);
        routes.get("/v1/campaigns/{id}/audit", ReportsJson.handler(this::audit), ReportsRole.VIEWER);
    }

    private record CampaignPage(List<Campaign> campaigns, String next) {}

    private CampaignPage list(Context context) {
        Parameters parameters = Parameters.of(context, "advertiser", "status", "text", "after", "limit");
        int limit = parameters.number("limit", 1, MAX_LISTED, DEFAULT_LIMIT);
        Optional<String> advertiser = parameters.text("advertiser");
        RequestPrincipal caller = RequestPrincipal.of(context);
        if (advertiser.isPresent() && !caller.maySee(advertiser.get())) {
            throw ProblemException.forbidden("account " + caller.name() + " sees campaigns of advertiser "
                    + caller.advertiser().orElseThrow() + " only");
        }
        List<Campaign> found = store.list(new CampaignStore.Filter(
                advertiser.or(caller::advertiser).orElse(null),
                parameters.oneOf("status", STATUSES).orElse(null),
                parameters.text("text").orElse(null),
                parameters.text("after").orElse(null),
                limit));
        boolean hasMore = found.size() > limit;
        List<Campaign> shown = hasMore ? found.subList(0, limit) : found;
        return new CampaignPage(shown, hasMore ? shown.get(limit - 1).id() : null);
    }

    private void create(Context context) {
        RequestPrincipal caller = RequestPrincipal.of(context);
        Campaign campaign = CampaignForm.created(ReportsJson.object(context, ReportsJson.CONTENT_TYPE));
        if (!caller.maySee(campaign.advertiser())) {
            throw ProblemException.forbidden("account " + caller.name() + " creates campaigns only of advertiser "
                    + caller.advertiser().orElseThrow() + ", and this one belongs to " + campaign.advertiser());
        }
        Campaign created = store.create(caller.name(), campaign)
                .orElseThrow(() -> new ProblemException(
                        409,
                        "taken",
                        "The campaign already exists",
                        "choose another id than " + campaign.id() + ", or change the existing campaign"));
        context.status(201)
                .header(
                        "Location",
                        "/v1/campaigns/"
                                + URLEncoder.encode(created.id(), StandardCharsets.UTF_8)
                                        .replace("+", "%20"));
        send(context, created);
    }

    private void get(Context context) {
        Campaign campaign = visible(context);
        if (ConditionalRequests.isKnown(context, campaign.entityTag())) {
            context.status(304).header("ETag", campaign.entityTag());
        } else {
            send(context, campaign);
        }
    }

    private void replace(Context context) {
        ConditionalRequests.requireIfMatch(context);
        JsonNode body = ReportsJson.object(context, ReportsJson.CONTENT_TYPE);
        change(context, old -> CampaignForm.replaced(old, body));
    }

    private void patch(Context context) {
        ConditionalRequests.requireIfMatch(context);
        JsonNode body = ReportsJson.object(context, MERGE_PATCH, ReportsJson.CONTENT_TYPE);
        change(context, old -> CampaignForm.patched(old, body));
    }

    /** Requires no version: stopping a campaign is valid even after a concurrent change. */
    private void setStatus(Context context, String status) {
        JsonNode patch = ReportsJson.MAPPER.createObjectNode().put("status", status);
        change(context, old -> {
            if (old.status().equals("ended")) {
                throw new ProblemException(
                        409,
                        "ended",
                        "The campaign has ended",
                        "campaign " + old.id() + " has the status ended: change the status first to continue it");
            }
            return CampaignForm.patched(old, patch);
        });
    }

    private void change(Context context, UnaryOperator<Campaign> change) {
        RequestPrincipal caller = RequestPrincipal.of(context);
        String id = context.pathParam("id");
        Campaign changed = store.change(caller.name(), id, old -> {
                    if (!caller.maySee(old.advertiser())) {
                        throw notFound(id);
                    }
                    ConditionalRequests.checkIfMatch(context, old.entityTag());
                    return change.apply(old);
                })
                .orElseThrow(() -> notFound(id));
        send(context, changed);
    }

    private Campaign visible(Context context) {
        String id = context.pathParam("id");
        return store.get(id)
                .filter(campaign -> RequestPrincipal.of(context).maySee(campaign.advertiser()))
                .orElseThrow(() -> notFound(id));
    }

    private static ProblemException notFound(String id) {
        return ProblemException.notFound("campaign " + id + " does not exist, or this account cannot see it");
    }

    private static void send(Context context, Campaign campaign) {
        context.header("ETag", campaign.entityTag());
        ReportsJson.write(context, campaign);
    }

    private record ChangePage(List<CampaignChange> changes, Long next) {}

    private ChangePage audit(Context context) {
        Parameters parameters = Parameters.of(context, "before", "limit");
        int limit = parameters.number("limit", 1, MAX_LISTED, DEFAULT_LIMIT);
        long before = parameters.text("before").isPresent()
                ? parameters.number("before", 1, Integer.MAX_VALUE, 1)
                : Long.MAX_VALUE;
        List<CampaignChange> found = store.audit(visible(context).id(), before, limit);
        boolean hasMore = found.size() > limit;
        List<CampaignChange> shown = hasMore ? found.subList(0, limit) : found;
        return new ChangePage(shown, hasMore ? shown.get(limit - 1).id() : null);
    }
}
