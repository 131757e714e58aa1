package io.lightflow.sql;

/** How a result is written. */
public enum ResultFormat {
    /** Aligned columns, for people. */
    TABLE(null),
    /** RFC 4180, with a header. */
    CSV("FORMAT csv, HEADER true"),
    /** An array of objects. */
    JSON("FORMAT json, ARRAY true"),
    /** A Parquet file. */
    PARQUET("FORMAT parquet, COMPRESSION zstd");

    private final String copyOptions;

    ResultFormat(String copyOptions) {
        this.copyOptions = copyOptions;
    }

    /** Options of DuckDB's COPY; null for a table. */
    String copyOptions() {
        return copyOptions;
    }
}
