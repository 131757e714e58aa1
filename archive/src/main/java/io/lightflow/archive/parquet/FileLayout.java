package io.lightflow.archive.parquet;

import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How the columns of a table's files are stored. Columns are named by their path.
 *
 * @param name of the files' schema
 * @param unique columns whose values hardly repeat within a file; a dictionary of them would only cost
 * @param ordered string columns whose least and greatest value tell something; of the others, every file has nearly all
 *     values, and two comparisons per value would only cost
 * @param lookedUp columns by which single rows are looked up; each gets a Bloom filter
 * @param sparse of columns that are looked up and that most rows may lack, how many rows have them; without any, a
 *     filter would only cost
 */
public record FileLayout(
        String name, Set<String> unique, Set<String> ordered, Set<String> lookedUp, Map<String, Long> sparse) {
    public FileLayout {
        Objects.requireNonNull(name, "name");
        unique = Set.copyOf(unique);
        ordered = Set.copyOf(ordered);
        lookedUp = Set.copyOf(lookedUp);
        sparse = Map.copyOf(sparse);
    }
}
