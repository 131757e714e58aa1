package io.lightflow.archive.catalog;

import io.lightflow.archive.table.ArchiveTable;
import io.lightflow.archive.table.TableSchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.iceberg.CatalogProperties;
import org.apache.iceberg.CatalogUtil;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.SupportsNamespaces;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.jdbc.JdbcCatalog;

/** The catalog of the archive: it points at the newest metadata of each table. Thread-safe. */
public final class ArchiveCatalog implements AutoCloseable {
    private static final String CATALOG = "lightflow";
    /** In seconds, as the driver takes them. */
    private static final String CONNECT_TIMEOUT = "10";

    private static final String SOCKET_TIMEOUT = "30";

    private final Catalog catalog;

    private ArchiveCatalog(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Opens the catalog in PostgreSQL, and creates its schema and tables if they do not exist.
     *
     * @param url of the database, with its parameters
     * @param schema that holds the catalog's tables and nothing else
     * @param warehouse where the tables are stored, as a URI
     * @param files further settings, such as {@code io-impl}
     * @throws ArchiveSetupException if the database refuses
     */
    public static ArchiveCatalog jdbc(
            String url, String user, String password, String schema, String warehouse, Map<String, String> files) {
        createTables(url, user, password, schema);
        String parameters = "currentSchema=" + schema + "&connectTimeout=" + CONNECT_TIMEOUT + "&loginTimeout="
                + CONNECT_TIMEOUT + "&socketTimeout=" + SOCKET_TIMEOUT + "&tcpKeepAlive=true";
        Map<String, String> properties = new HashMap<>(files);
        properties.put("uri", url + (url.contains("?") ? "&" : "?") + parameters);
        properties.put("jdbc.user", user);
        properties.put("jdbc.password", password == null ? "" : password);
        properties.put("jdbc.schema-version", "V1");
        properties.put("jdbc.init-catalog-tables", "false");
        properties.put("warehouse", warehouse);
        properties.putIfAbsent("io-impl", LocalFiles.class.getName());
        properties.putIfAbsent("clients", "2");
        properties.putIfAbsent(CatalogProperties.METRICS_REPORTER_IMPL, DiscardedMetrics.class.getName());
        JdbcCatalog catalog = new JdbcCatalog();
        catalog.initialize(CATALOG, properties);
        return new ArchiveCatalog(catalog);
    }

    /** Opens a REST catalog. @param properties as Iceberg documents them, with {@code uri} and {@code warehouse} */
    public static ArchiveCatalog rest(Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.putIfAbsent(CatalogProperties.METRICS_REPORTER_IMPL, DiscardedMetrics.class.getName());
        return new ArchiveCatalog(CatalogUtil.loadCatalog("org.apache.iceberg.rest.RESTCatalog", CATALOG, all, null));
    }

    /**
     * Iceberg itself would look for the tables in all schemas of the database, and would find those of another archive.
     */
    private static void createTables(String url, String user, String password, String schema) {
        Properties login = new Properties();
        login.setProperty("user", user);
        login.setProperty("password", password == null ? "" : password);
        login.setProperty("connectTimeout", CONNECT_TIMEOUT);
        login.setProperty("loginTimeout", CONNECT_TIMEOUT);
        login.setProperty("socketTimeout", SOCKET_TIMEOUT);
        try (Connection connection = DriverManager.getConnection(url, login);
                Statement statement = connection.createStatement()) {
            String quoted = '"' + schema + '"';
            statement.execute("CREATE SCHEMA IF NOT EXISTS " + quoted);
            statement.execute("CREATE TABLE IF NOT EXISTS " + quoted + ".iceberg_tables ("
                    + "catalog_name VARCHAR(255) NOT NULL, table_namespace VARCHAR(255) NOT NULL,"
                    + " table_name VARCHAR(255) NOT NULL, metadata_location VARCHAR(1000),"
                    + " previous_metadata_location VARCHAR(1000), iceberg_type VARCHAR(5),"
                    + " PRIMARY KEY (catalog_name, table_namespace, table_name))");
            statement.execute("CREATE TABLE IF NOT EXISTS " + quoted + ".iceberg_namespace_properties ("
                    + "catalog_name VARCHAR(255) NOT NULL, namespace VARCHAR(255) NOT NULL,"
                    + " property_key VARCHAR(255) NOT NULL, property_value VARCHAR(1000),"
                    + " PRIMARY KEY (catalog_name, namespace, property_key))");
        } catch (SQLException e) {
            throw new ArchiveSetupException(
                    "the catalog of the archive cannot be created in schema " + schema + " of the database: "
                            + e.getMessage(),
                    e);
        }
    }

    /** Loads a table. Creates it if it does not exist, and adds the columns that its event's schema has gained. */
    public Table table(String group, ArchiveTable kind) {
        Namespace namespace = Namespace.of(group);
        TableIdentifier name = TableIdentifier.of(namespace, kind.tableName());
        Schema schema = TableSchemas.of(kind);
        if (!catalog.tableExists(name)) {
            create(namespace, name, schema);
        }
        Table table = catalog.loadTable(name);
        table.updateSchema().unionByNameWith(schema).commit();
        return table;
    }

    /** The tables of a group that exist, as they are, by name. */
    public SortedMap<String, Table> existingTables(String group) {
        SortedMap<String, Table> tables = new TreeMap<>();
        for (ArchiveTable kind : ArchiveTable.values()) {
            existingTable(group, kind).ifPresent(table -> tables.put(kind.tableName(), table));
        }
        return tables;
    }

    /** A table of a group as it is; empty if it does not exist. Thread-safe. */
    public Optional<Table> existingTable(String group, ArchiveTable kind) {
        try {
            return Optional.of(catalog.loadTable(TableIdentifier.of(Namespace.of(group), kind.tableName())));
        } catch (NoSuchTableException e) {
            return Optional.empty();
        }
    }

    /** The groups that have tables, in alphabetical order. */
    public List<String> groups() {
        return ((SupportsNamespaces) catalog)
                .listNamespaces().stream().map(Namespace::toString).sorted().toList();
    }

    private void create(Namespace namespace, TableIdentifier name, Schema schema) {
        try {
            if (catalog instanceof SupportsNamespaces namespaces && !namespaces.namespaceExists(namespace)) {
                namespaces.createNamespace(namespace);
            }
        } catch (AlreadyExistsException e) {
            // Another process was faster.
        }
        try {
            catalog.buildTable(name, schema)
                    .withPartitionSpec(TableSchemas.partitions(schema))
                    .withSortOrder(TableSchemas.order(schema))
                    .withProperties(TableSettings.properties())
                    .create();
        } catch (AlreadyExistsException e) {
            // Another process was faster.
        }
    }

    @Override
    public void close() {
        if (catalog instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (IOException e) {
                throw new UncheckedIOException("the catalog cannot be closed", e);
            } catch (Exception e) {
                throw new IllegalStateException("the catalog cannot be closed", e);
            }
        }
    }
}
