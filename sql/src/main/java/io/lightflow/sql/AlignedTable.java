package io.lightflow.sql;

import java.util.ArrayList;
import java.util.List;

/** A table as text, with aligned columns: numbers to the right, everything else to the left. */
final class AlignedTable {
    private static final String GAP = "  ";

    private final List<String> names = new ArrayList<>();
    private final List<Boolean> right = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    void column(String name, boolean isNumber) {
        names.add(name);
        right.add(isNumber);
    }

    /** @param values of the columns; null is shown as nothing */
    void row(List<String> values) {
        List<String> cells = new ArrayList<>(values.size());
        for (String value : values) {
            cells.add(value == null ? "" : value.replace("\n", "\\n").replace("\r", "\\r"));
        }
        rows.add(cells);
    }

    @Override
    public String toString() {
        int[] widths = new int[names.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = names.get(i).length();
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        append(text, names, widths);
        List<String> rule = new ArrayList<>();
        for (int width : widths) {
            rule.add("-".repeat(width));
        }
        append(text, rule, widths);
        rows.forEach(row -> append(text, row, widths));
        return text.toString();
    }

    private void append(StringBuilder text, List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            String padding = " ".repeat(widths[i] - cell.length());
            line.append(i == 0 ? "" : GAP).append(right.get(i) ? padding + cell : cell + padding);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }
}
