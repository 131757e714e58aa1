package io.lightflow.deploy.access;

import io.lightflow.service.test.TestKeyStore;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.util.Base64;

/**
 * One self-signed certificate for 127.0.0.1, in the formats of all servers and clients.
 *
 * @param keyStore key and certificate, PKCS #12
 * @param trustStore the certificate, PKCS #12
 * @param certificate the certificate, PEM
 * @param key the key, PEM
 */
record Certificates(Path keyStore, Path trustStore, Path certificate, Path key) {
    static Certificates create(Path folder, String password) throws Exception {
        Path keyStore = TestKeyStore.create(folder, password);
        KeyStore keys = KeyStore.getInstance(keyStore.toFile(), password.toCharArray());
        String alias = keys.aliases().nextElement();
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("lightflow", keys.getCertificate(alias));
        Path trustStore = folder.resolve("trust.p12");
        try (OutputStream out = Files.newOutputStream(trustStore)) {
            trusted.store(out, password.toCharArray());
        }
        Path key = pem(
                folder.resolve("key.pem"),
                "PRIVATE KEY",
                keys.getKey(alias, password.toCharArray()).getEncoded());
        // PostgreSQL rejects a key that others may read.
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        return new Certificates(
                keyStore,
                trustStore,
                pem(
                        folder.resolve("certificate.pem"),
                        "CERTIFICATE",
                        keys.getCertificate(alias).getEncoded()),
                key);
    }

    private static Path pem(Path file, String type, byte[] content) throws Exception {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(
                file,
                "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n",
                StandardCharsets.US_ASCII);
    }
}
