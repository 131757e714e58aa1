package io.lightflow.reports.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Caller;
import io.lightflow.reports.http.Conditions;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Json;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.Role;
import io.lightflow.service.sql.Sql;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** {@code /v1/campaigns}. An account that is limited to an advertiser finds that one's campaigns, and no others. */
public final class CampaignApi implements Feature {
    private static final List<String> STATUSES = List.of("active", "paused", "ended");
    private static final String MERGE_PATCH = "application/merge-patch+json";
    private static final int DEFAULT_LIMIT = 100;
    private static final int MOST_LISTED = 1_000;

    private final CampaignStore store;

    /** @param primary empty: nothing can be changed */
    public CampaignApi(Sql replica, Optional<Sql> primary) {
        this.store = new CampaignStore(replica, primary);
    }

    @Override
    public String description() {
        return "campaigns.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/campaigns", Json.answer(this::list), Role.VIEWER);
        routes.post("/v1/campaigns", this::create, Role.MANAGER);
        routes.get("/v1/campaigns/{id}", this::get, Role.VIEWER);
        routes.put("/v1/campaigns/{id}", this::replace, Role.MANAGER);
        routes.patch("/v1/campaigns/{id}", this::patch, Role.MANAGER);
        routes.post("/v1/campaigns/{id}/pause", context -> setStatus(context, "paused"), Role.MANAGER);
        routes.post("/v1/campaigns/{id}/resume", context -> setStatus(context, "active"), Role.MANAGER);
        routes.get("/v1/campaigns/{id}/audit", Json.answer(this::audit), Role.VIEWER);
    }

    private record Page(List<Campaign> campaigns, String next) {}

    private Page list(Context context) {
        Parameters parameters = Parameters.of(context, "advertiser", "status", "text", "after", "limit");
        int limit = parameters.number("limit", 1, MOST_LISTED, DEFAULT_LIMIT);
        Optional<String> advertiser = parameters.text("advertiser");
        Caller caller = Caller.of(context);
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
        return new Page(shown, hasMore ? shown.get(limit - 1).id() : null);
    }

    private void create(Context context) {
        Caller caller = Caller.of(context);
        Campaign campaign = CampaignForm.created(Json.object(context, Json.CONTENT_TYPE));
        if (!caller.maySee(campaign.advertiser())) {
            throw ProblemException.forbidden("account " + caller.name() + " makes campaigns of advertiser "
                    + caller.advertiser().orElseThrow() + " only, and this is one of " + campaign.advertiser());
        }
        Campaign created = store.create(caller.name(), campaign)
                .orElseThrow(() -> new ProblemException(
                        409,
                        "taken",
                        "There is such a campaign already",
                        "choose another id than " + campaign.id() + ", or change the campaign that has it"));
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
        if (Conditions.isKnown(context, campaign.entityTag())) {
            context.status(304).header("ETag", campaign.entityTag());
        } else {
            send(context, campaign);
        }
    }

    private void replace(Context context) {
        Conditions.requireIfMatch(context);
        JsonNode body = Json.object(context, Json.CONTENT_TYPE);
        change(context, old -> CampaignForm.replaced(old, body));
    }

    private void patch(Context context) {
        Conditions.requireIfMatch(context);
        JsonNode body = Json.object(context, MERGE_PATCH, Json.CONTENT_TYPE);
        change(context, old -> CampaignForm.patched(old, body));
    }

    /** Without a version: to stop a campaign is never wrong because somebody else has changed its name. */
    private void setStatus(Context context, String status) {
        JsonNode patch = Json.MAPPER.createObjectNode().put("status", status);
        change(context, old -> {
            if (old.status().equals("ended")) {
                throw new ProblemException(
                        409,
                        "ended",
                        "The campaign has ended",
                        "campaign " + old.id() + " has the status ended: change that first, if it shall go on");
            }
            return CampaignForm.patched(old, patch);
        });
    }

    private void change(Context context, UnaryOperator<Campaign> change) {
        Caller caller = Caller.of(context);
        String id = context.pathParam("id");
        Campaign changed = store.change(caller.name(), id, old -> {
                    if (!caller.maySee(old.advertiser())) {
                        throw noSuch(id);
                    }
                    Conditions.checkIfMatch(context, old.entityTag());
                    return change.apply(old);
                })
                .orElseThrow(() -> noSuch(id));
        send(context, changed);
    }

    private Campaign visible(Context context) {
        String id = context.pathParam("id");
        return store.get(id)
                .filter(campaign -> Caller.of(context).maySee(campaign.advertiser()))
                .orElseThrow(() -> noSuch(id));
    }

    private static ProblemException noSuch(String id) {
        return ProblemException.notFound("there is no campaign " + id + " that this account can see");
    }

    private static void send(Context context, Campaign campaign) {
        context.header("ETag", campaign.entityTag());
        Json.write(context, campaign);
    }

    private record Audit(List<Change> changes, Long next) {}

    private Audit audit(Context context) {
        Parameters parameters = Parameters.of(context, "before", "limit");
        int limit = parameters.number("limit", 1, MOST_LISTED, DEFAULT_LIMIT);
        long before = parameters.text("before").isPresent()
                ? parameters.number("before", 1, Integer.MAX_VALUE, 1)
                : Long.MAX_VALUE;
        List<Change> found = store.audit(visible(context).id(), before, limit);
        boolean hasMore = found.size() > limit;
        List<Change> shown = hasMore ? found.subList(0, limit) : found;
        return new Audit(shown, hasMore ? shown.get(limit - 1).id() : null);
    }
}
