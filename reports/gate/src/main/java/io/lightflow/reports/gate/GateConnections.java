package io.lightflow.reports.gate;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** Opens connections that detect a lost peer. */
final class GateConnections {
    private static final String CONNECT_SECONDS = "5";

    private GateConnections() {}

    /** @param socketSeconds timeout of a statement without a response */
    static Connection open(BudgetGateSettings settings, String url, String name, int socketSeconds)
            throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", settings.user());
        if (settings.password() != null) {
            properties.setProperty("password", settings.password().get());
        }
        properties.setProperty("currentSchema", settings.schema());
        properties.setProperty("ApplicationName", name);
        properties.setProperty("tcpKeepAlive", "true");
        properties.setProperty("connectTimeout", CONNECT_SECONDS);
        properties.setProperty("loginTimeout", CONNECT_SECONDS);
        properties.setProperty("socketTimeout", Integer.toString(socketSeconds));
        return DriverManager.getConnection(url, properties);
    }

    static void closeQuietly(Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // The connection is discarded, most likely because it is broken.
            }
        }
    }
}
