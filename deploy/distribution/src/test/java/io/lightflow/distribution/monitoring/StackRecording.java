package io.lightflow.distribution.monitoring;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The series that the alert rules read, scraped every 5 s for a minute from a local stack without a fault, whose
 * machine was busy. Times are relative to the first scrape. For an hour they are repeated, and what grows goes on
 * growing.
 */
final class StackRecording {
    /** Samples. */
    private static final int HOUR = 720;

    private static final int SECONDS_PER_SAMPLE = 5;

    private StackRecording() {}

    /**
     * A test for promtool: within an hour, no alarm fires after the first five minutes, in which the stack is young.
     */
    static String hourWithoutAlarm() throws IOException {
        StringBuilder test =
                new StringBuilder("  - name: an hour of a recorded stack\n    interval: 5s\n    input_series:\n");
        for (String line : lines()) {
            int end = line.indexOf("} ") + 1;
            test.append("      - series: \"")
                    .append(line.substring(0, end).replace("'", "\\\""))
                    .append("\"\n        values: \"")
                    .append(repeated(
                            line.substring(0, end), line.substring(end + 1).split(" ")))
                    .append("\"\n");
        }
        test.append("    promql_expr_test:\n")
                .append("      - expr: 'count_over_time(ALERTS{alertstate=\"firing\"}[55m])'\n")
                .append("        eval_time: 60m\n");
        return test.toString();
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = StackRecording.class.getResourceAsStream("healthy-recording.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static String repeated(String series, String[] values) {
        BigDecimal growth = growth(series.substring(0, series.indexOf('{')), values);
        return IntStream.rangeClosed(0, HOUR)
                .mapToObj(i -> new BigDecimal(values[i % values.length])
                        .add(growth.multiply(BigDecimal.valueOf(i / values.length)))
                        .toPlainString())
                .collect(Collectors.joining(" "));
    }

    /** From the first value to the first one of the next cycle: of counters, and of times that follow the clock. */
    private static BigDecimal growth(String name, String[] values) {
        String first = values[0];
        String last = values[values.length - 1];
        if (name.endsWith("_timestamp_seconds") && !first.equals(last)) {
            return BigDecimal.valueOf((long) values.length * SECONDS_PER_SAMPLE);
        }
        return name.endsWith("_total")
                ? new BigDecimal(last)
                        .subtract(new BigDecimal(first))
                        .multiply(BigDecimal.valueOf(values.length))
                        .divide(BigDecimal.valueOf(values.length - 1L), MathContext.DECIMAL32)
                : BigDecimal.ZERO;
    }
}
