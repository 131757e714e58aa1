package io.lightflow.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds out whether a statement reads columns that it does not name: by a star, by their positions, by a natural join,
 * by a pivot, or as a row that the name of a table stands for.
 */
final class RowReferences {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> KINDS = Set.of("STAR", "POSITIONAL_REFERENCE", "PIVOT", "SHOW_REF", "NATURAL");

    private final Set<String> relations = new TreeSet<>();
    private final Set<String> columns = new TreeSet<>();
    private boolean isWhole;

    private RowReferences() {}

    /** @param tree DuckDB's JSON of the statement */
    static boolean areIn(String tree) {
        RowReferences found = new RowReferences();
        try {
            found.visit(JSON.readTree(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("expected JSON of a parsed statement, found something else", e);
        }
        return found.isWhole || found.columns.stream().anyMatch(found.relations::contains);
    }

    private void visit(JsonNode node) {
        if (node.isObject()) {
            for (String key : Set.of("class", "type", "ref_type")) {
                isWhole |= KINDS.contains(node.path(key).asText());
            }
            if (node.path("table_name").isTextual()) {
                add(node.path("table_name"), relations);
                add(node.path("alias"), relations);
            }
            JsonNode path = node.path("column_names");
            if (path.size() == 1) {
                add(path.get(0), columns);
            }
        }
        node.forEach(this::visit);
    }

    private static void add(JsonNode name, Set<String> names) {
        if (name.isTextual() && !name.asText().isEmpty()) {
            names.add(name.asText().toLowerCase(Locale.ROOT));
        }
    }
}
