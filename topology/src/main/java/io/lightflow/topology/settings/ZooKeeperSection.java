package io.lightflow.topology.settings;

import java.nio.file.Path;

/**
 * @param user for digest authentication: then only this user may read and change the group's nodes
 * @param passwordVariable environment variable of the workers that holds the user's password
 * @param passwordFile file of the workers that holds the user's password
 */
public record ZooKeeperSection(String connect, String root, String user, String passwordVariable, Path passwordFile) {
    public ZooKeeperSection {
        Require.present("zookeeper.connect", connect);
        root = Require.orElse(root, "/lightflow");
        if (!root.startsWith("/") || root.endsWith("/")) {
            throw new WrongSettingException(
                    "the key zookeeper.root must begin with / and not end with it, found " + root);
        }
        Require.oneSource("zookeeper.password", passwordVariable, passwordFile);
        boolean hasPassword = passwordVariable != null || passwordFile != null;
        if (hasPassword != (user != null) || user != null && user.contains(":")) {
            throw new WrongSettingException("the key zookeeper.user, which has no colon, needs"
                    + " zookeeper.passwordVariable or zookeeper.passwordFile, and the other way round");
        }
    }

    /** @throws SettingsException if the password cannot be read */
    public String password() {
        return Require.secret("zookeeper.password", passwordVariable, passwordFile);
    }
}
