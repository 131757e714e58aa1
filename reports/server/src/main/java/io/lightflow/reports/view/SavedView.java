package io.lightflow.reports.view;

import io.lightflow.reports.http.RequestPrincipal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * A view that an account has saved.
 *
 * @param account the account that saved it
 * @param advertiser the advertiser to which that account was limited; empty for none
 * @param page overview or explore
 * @param state the choices, as in the part of the page's address behind #
 */
record SavedView(
        long id,
        String account,
        Optional<String> advertiser,
        String page,
        String name,
        String state,
        Instant updatedAt) {
    static final String COLUMNS = "id, account, advertiser, page, name, state, updated_at";

    static SavedView read(ResultSet row) throws SQLException {
        return new SavedView(
                row.getLong("id"),
                row.getString("account"),
                Optional.ofNullable(row.getString("advertiser")),
                row.getString("page"),
                row.getString("name"),
                row.getString("state"),
                row.getObject("updated_at", OffsetDateTime.class).toInstant());
    }

    /** A view holds names only, and no figures. Those may belong to other advertisers. */
    boolean isVisibleTo(RequestPrincipal caller) {
        return caller.advertiser().isEmpty() || caller.advertiser().equals(advertiser);
    }
}
