package io.lightflow.topology.aerospike;

import com.aerospike.client.AerospikeClient;
import com.aerospike.client.AerospikeException;
import com.aerospike.client.Host;
import com.aerospike.client.IAerospikeClient;
import com.aerospike.client.ResultCode;
import com.aerospike.client.policy.ClientPolicy;
import com.aerospike.client.policy.TlsPolicy;
import io.lightflow.store.StoreUnavailableException;
import io.lightflow.topology.settings.AerospikeCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Connects to a cluster. */
final class AerospikeClients {
    private AerospikeClients() {}

    /**
     * @param name of what is connected to, for messages
     * @throws AerospikeSetupException if the credentials or the files of TLS are wrong
     * @throws StoreUnavailableException if no node answers
     */
    static IAerospikeClient connect(AerospikeCluster settings, String name) {
        ClientPolicy policy = new ClientPolicy();
        policy.timeout = Math.toIntExact(settings.connectTimeout().toMillis());
        policy.user = settings.user();
        policy.password = settings.user() == null ? null : settings.password();
        policy.maxConnsPerNode = 2 * settings.batchesInFlight() + 10;
        if (settings.rack() != null) {
            policy.rackAware = true;
            policy.rackId = settings.rack();
        }
        if (settings.tls() != null) {
            policy.tlsPolicy = new TlsPolicy();
            policy.tlsPolicy.context = context(settings.tls());
        }
        Host[] hosts = settings.hosts().stream()
                .map(host -> host(host, settings.tls()))
                .toArray(Host[]::new);
        try {
            return new AerospikeClient(policy, hosts);
        } catch (AerospikeException e) {
            if (isRefusal(e.getResultCode())) {
                throw new AerospikeSetupException(
                        "The " + name + " refuses the user " + settings.user() + ": " + e.getMessage()
                                + ". Check store.aerospike.user and the variable that passwordVariable names; the"
                                + " Community Edition knows no users",
                        e);
            }
            throw new StoreUnavailableException(
                    "The " + name + " does not answer: " + e.getMessage().strip()
                            + ". Check store.aerospike.hosts, and that a node runs there",
                    e);
        }
    }

    private static boolean isRefusal(int code) {
        return code >= ResultCode.SECURITY_NOT_SUPPORTED && code <= ResultCode.NOT_WHITELISTED;
    }

    private static Host host(String endpoint, AerospikeCluster.Tls tls) {
        int colon = endpoint.lastIndexOf(':');
        String address = endpoint.substring(0, colon).replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(endpoint.substring(colon + 1));
        return tls == null ? new Host(address, port) : new Host(address, tls.name(), port);
    }

    private static SSLContext context(AerospikeCluster.Tls tls) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(tls), authorities(tls), null);
            return context;
        } catch (IOException | GeneralSecurityException e) {
            throw new AerospikeSetupException(
                    "The files that store.aerospike.tls names cannot be used: " + e
                            + ". Expected certificates in PEM in authorities, and a key with its certificate in"
                            + " PKCS #12 in keyStore",
                    e);
        }
    }

    private static TrustManager[] authorities(AerospikeCluster.Tls tls) throws IOException, GeneralSecurityException {
        if (tls.authorities() == null) {
            return null;
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(tls.authorities())) {
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trusted.setCertificateEntry("authority-" + number++, certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keys(AerospikeCluster.Tls tls) throws IOException, GeneralSecurityException {
        if (tls.keyStore() == null) {
            return null;
        }
        char[] password = tls.keyStorePassword().toCharArray();
        KeyStore own = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(tls.keyStore())) {
            own.load(in, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, password);
        return factory.getKeyManagers();
    }
}
