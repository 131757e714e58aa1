package io.lightflow.archive.catalog;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL for catalogs; it ends with the JVM. */
public final class CatalogDatabase {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();
    private static EmbeddedPostgres shared;

    private CatalogDatabase() {}

    private static synchronized EmbeddedPostgres server() {
        if (shared == null) {
            try {
                shared = EmbeddedPostgres.builder().start();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot start PostgreSQL", e);
            }
            Runtime.getRuntime().addShutdownHook(new Thread(CatalogDatabase::stop));
        }
        return shared;
    }

    private static void stop() {
        try {
            shared.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop PostgreSQL", e);
        }
    }

    /** The name of a schema that does not exist yet. */
    public static String newSchema() {
        return "archive_" + SCHEMAS.incrementAndGet();
    }

    public static int port() {
        return server().getPort();
    }

    /** Opens the catalog in a schema, with tables in a folder. */
    public static ArchiveCatalog open(String schema, Path folder) {
        return open(schema, folder, port());
    }

    /** Opens the catalog through another port. */
    public static ArchiveCatalog open(String schema, Path folder, int port) {
        return open(schema, folder.toUri().toString(), Map.of(), port);
    }

    /** Opens the catalog in a schema, with tables in another storage. */
    public static ArchiveCatalog open(String schema, String warehouse, Map<String, String> files) {
        return open(schema, warehouse, files, port());
    }

    private static ArchiveCatalog open(String schema, String warehouse, Map<String, String> files, int port) {
        return ArchiveCatalog.jdbc(
                "jdbc:postgresql://127.0.0.1:" + port + "/postgres", "postgres", "postgres", schema, warehouse, files);
    }
}
