package io.lightflow.topology.settings;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * An Aerospike cluster as the join store.
 *
 * @param hosts some of its nodes, as {@code HOST:PORT}; the client learns the others from them
 * @param namespace the namespace
 * @param set the set of the group's rows, which no other group may use; null: the name of the group
 * @param user needed only if the cluster requires one (Enterprise Edition)
 * @param passwordVariable environment variable of the workers that holds the password
 * @param passwordFile file of the workers that holds the password
 * @param tls null: connections are not encrypted
 * @param rack the rack of this topology; null if there are no racks
 * @param replica which copy of a record is read; by default that in the rack, or SEQUENCE without racks
 * @param commit which copies of a record must be written before a write is complete
 * @param connectTimeout how long to wait for a connection
 * @param socketTimeout how long to wait for a node's response
 * @param totalTimeout after this time a call fails and is retried as a whole
 * @param batchKeys rows read or written in one request
 * @param batchesInFlight requests in flight at once, for each task
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AerospikeCluster(
        List<String> hosts,
        String namespace,
        String set,
        String user,
        String passwordVariable,
        Path passwordFile,
        Tls tls,
        Integer rack,
        Replica replica,
        Commit commit,
        Duration connectTimeout,
        Duration socketTimeout,
        Duration totalTimeout,
        Integer batchKeys,
        Integer batchesInFlight) {

    /** Of 63 bytes, since the set of large rows has a longer name. */
    private static final int MAX_SET_LENGTH = 56;

    /** Which copy of a record is read. While partitions move, the newest copy counts in any case. */
    public enum Replica {
        MASTER,
        /** The master, or the next copy if the master does not respond. */
        SEQUENCE,
        /** The one in the topology's rack. */
        PREFER_RACK
    }

    /** Which copies of a record must be written before a write is complete. */
    public enum Commit {
        ALL,
        MASTER
    }

    /**
     * How connections are encrypted (Enterprise Edition).
     *
     * @param name the name in the nodes' certificates
     * @param authorities file of the certificates (PEM) that sign the nodes'; null: those that Java trusts
     * @param keyStore file (PKCS #12) of this client's key and certificate; null if the cluster asks for none
     * @param keyStorePasswordVariable environment variable of the workers that holds its password
     * @param keyStorePasswordFile file of the workers that holds its password
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tls(
            String name, Path authorities, Path keyStore, String keyStorePasswordVariable, Path keyStorePasswordFile) {
        public Tls {
            Require.present("store.aerospike.tls.name", name);
            Require.oneSource("store.aerospike.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
        }

        /** @throws SettingsException if the password is named, but cannot be read */
        public String keyStorePassword() {
            return Require.secret(
                    "store.aerospike.tls.keyStorePassword", keyStorePasswordVariable, keyStorePasswordFile);
        }
    }

    public AerospikeCluster {
        Require.notEmpty("store.aerospike.hosts", hosts);
        hosts.forEach(AerospikeCluster::check);
        hosts = List.copyOf(hosts);
        Require.present("store.aerospike.namespace", namespace);
        Require.oneSource("store.aerospike.password", passwordVariable, passwordFile);
        if (set != null) {
            checkSet("store.aerospike.set", set);
        }
        replica = Require.orElse(replica, rack == null ? Replica.SEQUENCE : Replica.PREFER_RACK);
        if (replica == Replica.PREFER_RACK && rack == null) {
            throw new WrongSettingException(
                    "the key store.aerospike.replica is PREFER_RACK, which needs store.aerospike.rack");
        }
        commit = Require.orElse(commit, Commit.ALL);
        connectTimeout = timeout("connectTimeout", connectTimeout, Duration.ofSeconds(2));
        socketTimeout = timeout("socketTimeout", socketTimeout, Duration.ofSeconds(5));
        totalTimeout = timeout("totalTimeout", totalTimeout, Duration.ofSeconds(15));
        batchKeys = Require.within("store.aerospike.batchKeys", Require.orElse(batchKeys, 2_000), 1, 100_000);
        batchesInFlight = Require.within("store.aerospike.batchesInFlight", Require.orElse(batchesInFlight, 4), 1, 256);
    }

    /** With the default of everything else. */
    public static AerospikeCluster of(String host, String namespace) {
        return new AerospikeCluster(
                List.of(host), namespace, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    public AerospikeCluster withSet(String other) {
        return new AerospikeCluster(
                hosts,
                namespace,
                other,
                user,
                passwordVariable,
                passwordFile,
                tls,
                rack,
                replica,
                commit,
                connectTimeout,
                socketTimeout,
                totalTimeout,
                batchKeys,
                batchesInFlight);
    }

    static void checkSet(String key, String set) {
        if (!set.matches("[A-Za-z0-9_-]{1," + MAX_SET_LENGTH + "}")) {
            throw new WrongSettingException("the key " + key + " takes 1 to " + MAX_SET_LENGTH
                    + " letters, digits, - and _ as the name of an Aerospike set, found " + set);
        }
    }

    private static void check(String host) {
        if (host == null || !host.matches("(\\[[^]]+]|[^:]+):\\d{1,5}") || !isPort(host)) {
            throw new WrongSettingException("the key store.aerospike.hosts takes HOST:PORT, found " + host);
        }
    }

    private static boolean isPort(String host) {
        int port = Integer.parseInt(host.substring(host.lastIndexOf(':') + 1));
        return port > 0 && port <= 65_535;
    }

    private static Duration timeout(String key, Duration value, Duration other) {
        return Require.within(
                "store.aerospike." + key, Require.orElse(value, other), Duration.ofMillis(1), Duration.ofHours(1));
    }

    /** @throws SettingsException if the password is named, but cannot be read */
    public String password() {
        return Require.secret("store.aerospike.password", passwordVariable, passwordFile);
    }
}
