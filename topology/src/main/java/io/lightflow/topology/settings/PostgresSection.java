package io.lightflow.topology.settings;

import java.nio.file.Path;

/**
 * @param passwordVariable environment variable of the workers that holds the password
 * @param passwordFile file of the workers that holds the password; without either there is no password
 */
public record PostgresSection(String url, String user, String passwordVariable, Path passwordFile) {
    public PostgresSection {
        Require.present("postgres.url", url);
        Require.present("postgres.user", user);
        Require.oneSource("postgres.password", passwordVariable, passwordFile);
    }

    /** Without the parameters of the URL, which may hold a password. */
    @Override
    public String toString() {
        int parameters = url.indexOf('?');
        return "Postgres[url=" + (parameters < 0 ? url : url.substring(0, parameters) + "?...") + ", user=" + user
                + ", passwordVariable=" + passwordVariable + ", passwordFile=" + passwordFile + "]";
    }

    /** @throws SettingsException if the password is named, but cannot be read */
    public String password() {
        return Require.secret("postgres.password", passwordVariable, passwordFile);
    }
}
