package io.lightflow.archive.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class S3Test extends StorageContract {
    @TempDir
    private static Path folder;

    private static S3Process s3;

    @BeforeAll
    static void startServer() throws IOException {
        s3 = S3Process.start("archive", folder);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        s3.stop();
    }

    @Override
    String warehouse() {
        return "s3://archive/" + System.nanoTime();
    }

    @Override
    Map<String, String> files() {
        return Map.of(
                "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
                "client.region", "us-east-1",
                "s3.endpoint", s3.url(),
                "s3.path-style-access", "true",
                "s3.access-key-id", "key",
                "s3.secret-access-key", "secret");
    }
}
