package io.lightflow.reports.view;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.BodyFields;
import io.lightflow.reports.http.Feature;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ProblemException;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code /v1/views}. Each account saves views of its own. Others open them by a link, unless they are limited to
 * another advertiser.
 */
public final class SavedViewApi implements Feature {
    private static final List<String> PAGES = List.of("explore", "overview");
    private static final Set<String> FIELDS = Set.of("page", "name", "state");
    private static final int MAX_NAME_CHARACTERS = 100;
    private static final int MAX_STATE_CHARACTERS = 8_000;
    private static final int MAX_VIEWS = 200;

    private final Sql replica;
    private final Optional<Sql> primary;

    /** @param primary empty if views are read-only */
    public SavedViewApi(Sql replica, Optional<Sql> primary) {
        this.replica = replica;
        this.primary = primary;
    }

    @Override
    public String description() {
        return "views.yaml";
    }

    @Override
    public void addTo(RoutesConfig routes) {
        routes.get("/v1/views", ReportsJson.handler(this::list), ReportsRole.VIEWER);
        routes.post("/v1/views", ReportsJson.handler(this::save), ReportsRole.VIEWER);
        routes.get("/v1/views/{id}", ReportsJson.handler(this::get), ReportsRole.VIEWER);
        routes.delete("/v1/views/{id}", this::delete, ReportsRole.VIEWER);
    }

    private record ViewList(List<ViewResponse> views) {}

    private record ViewResponse(long id, String account, String page, String name, String state, Instant updatedAt) {
        static ViewResponse of(SavedView view) {
            return new ViewResponse(
                    view.id(), view.account(), view.page(), view.name(), view.state(), view.updatedAt());
        }
    }

    private ViewList list(Context context) {
        Parameters.of(context);
        return new ViewList(replica
                .query(
                        "list the saved views",
                        connection -> Sql.all(
                                connection,
                                "SELECT " + SavedView.COLUMNS + " FROM saved_view WHERE account = ?"
                                        + " ORDER BY page, lower(name), name",
                                SavedView::read,
                                RequestPrincipal.of(context).name()))
                .stream()
                .map(ViewResponse::of)
                .toList());
    }

    private ViewResponse get(Context context) {
        long id = id(context);
        RequestPrincipal caller = RequestPrincipal.of(context);
        return replica.query(
                        "get saved view " + id,
                        connection -> Sql.first(
                                connection,
                                "SELECT " + SavedView.COLUMNS + " FROM saved_view WHERE id = ?",
                                SavedView::read,
                                id))
                .filter(view -> view.account().equals(caller.name()) || view.isVisibleTo(caller))
                .map(ViewResponse::of)
                .orElseThrow(() -> notFound(id));
    }

    /** Replaces a view of the same name. */
    private ViewResponse save(Context context) {
        RequestPrincipal caller = RequestPrincipal.of(context);
        BodyFields fields = new BodyFields(ReportsJson.object(context, ReportsJson.CONTENT_TYPE));
        fields.allowOnly(FIELDS, Set.of(), "a view");
        String page = fields.oneOf("page", PAGES);
        String name = fields.name("name", MAX_NAME_CHARACTERS);
        String state = fields.text(
                "state",
                null,
                "the part of the page's address behind #, of at most " + MAX_STATE_CHARACTERS + " characters",
                text -> text.length() <= MAX_STATE_CHARACTERS && text.chars().noneMatch(Character::isISOControl));
        fields.check();
        return ViewResponse.of(
                primary().inTransaction("save a view", connection -> save(connection, caller, page, name, state)));
    }

    private static SavedView save(
            Connection connection, RequestPrincipal caller, String page, String name, String state)
            throws SQLException {
        SavedView saved = Sql.first(
                        connection,
                        "INSERT INTO saved_view (account, advertiser, page, name, state) VALUES (?, ?, ?, ?, ?)"
                                + " ON CONFLICT (account, page, name) DO UPDATE SET state = excluded.state,"
                                + " advertiser = excluded.advertiser, updated_at = now() RETURNING "
                                + SavedView.COLUMNS,
                        SavedView::read,
                        caller.name(),
                        caller.advertiser().orElse(null),
                        page,
                        name,
                        state)
                .orElseThrow();
        long views = Sql.first(
                        connection,
                        "SELECT count(*) FROM saved_view WHERE account = ?",
                        row -> row.getLong(1),
                        caller.name())
                .orElseThrow();
        if (views > MAX_VIEWS) {
            throw new ProblemException(
                    409,
                    "too-many-views",
                    "There are too many saved views",
                    "an account has at most " + MAX_VIEWS + " saved views: delete one");
        }
        return saved;
    }

    private void delete(Context context) {
        long id = id(context);
        String account = RequestPrincipal.of(context).name();
        int deleted = primary()
                .query(
                        "delete saved view " + id,
                        connection -> Sql.update(
                                connection, "DELETE FROM saved_view WHERE id = ? AND account = ?", id, account));
        if (deleted == 0) {
            throw notFound(id);
        }
        context.status(204);
    }

    private static long id(Context context) {
        String id = context.pathParam("id");
        if (!id.matches("[0-9]{1,18}")) {
            throw ProblemException.notFound("view " + id + " does not exist: ids are integers");
        }
        return Long.parseLong(id);
    }

    private static ProblemException notFound(long id) {
        return ProblemException.notFound("view " + id + " does not exist, or this account cannot see it");
    }

    private Sql primary() {
        return primary.orElseThrow(() -> new ProblemException(
                403, "read-only", "This server is read-only", "the settings of this server name no primary"));
    }
}
