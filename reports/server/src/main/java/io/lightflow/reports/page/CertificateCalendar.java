package io.lightflow.reports.page;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.lightflow.reports.http.Parameters;
import io.lightflow.reports.http.ReportsJson;
import io.lightflow.reports.http.ReportsRole;
import io.lightflow.reports.http.RequestPrincipal;
import io.lightflow.service.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;

/** {@code /v1/certificates}: the certified hours of the last days. */
final class CertificateCalendar {
    private static final int MAX_DAYS = 92;
    private static final int DEFAULT_DAYS = 14;
    private static final int MAX_CERTIFICATES = 50_000;

    private static final String OF_LAST_DAYS = "SELECT group_name, hour, certified_at, differences FROM certificate"
            + " WHERE hour >= date_trunc('day', statement_timestamp(), 'UTC') - make_interval(days => ?)"
            + " ORDER BY group_name, hour LIMIT " + MAX_CERTIFICATES;

    private final Sql replica;

    CertificateCalendar(Sql replica) {
        this.replica = replica;
    }

    private record CertificatesResponse(List<CertifiedHour> certificates) {}

    /** @param differences 0 if every event of the hour is where it belongs */
    private record CertifiedHour(String group, Instant hour, Instant certifiedAt, long differences) {}

    void addTo(RoutesConfig routes) {
        routes.get("/v1/certificates", ReportsJson.handler(this::certificates), ReportsRole.VIEWER);
    }

    private CertificatesResponse certificates(Context context) {
        Parameters parameters = Parameters.of(context, "days");
        RequestPrincipal.of(context).requireAllAdvertisers();
        int days = parameters.number("days", 1, MAX_DAYS, DEFAULT_DAYS);
        return new CertificatesResponse(replica.query(
                "list the certificates",
                connection -> Sql.all(connection, OF_LAST_DAYS, CertificateCalendar::certificate, days - 1)));
    }

    private static CertifiedHour certificate(ResultSet found) throws SQLException {
        return new CertifiedHour(
                found.getString("group_name"),
                found.getObject("hour", OffsetDateTime.class).toInstant(),
                found.getObject("certified_at", OffsetDateTime.class).toInstant(),
                found.getLong("differences"));
    }
}
