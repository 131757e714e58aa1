package io.lightflow.lab.contest;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * The figures of one run. The names are those in the JSON, which omits what was not measured.
 *
 * @param contestant its name
 * @param round from 1
 * @param events number of light events
 * @param eventsPerSecond drained from the first record read to the last commit
 * @param seconds that this took
 * @param minuteRows number of minute rows
 * @param cpuSecondsPerMillion per million events, by process
 * @param coresUsed at a rate: CPU seconds per second, by process
 * @param peakRssMb by process
 * @param latencyMs at a rate: from sending a click
 * @param recoveryMs with a kill: from the kill to the first joined event, to the first statistics, and until all is
 *     caught up
 * @param differences from the independent answer; empty if the outputs are exact
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record RunResult(
        String contestant,
        int round,
        long events,
        Long eventsPerSecond,
        Double seconds,
        Long minuteRows,
        Map<String, Double> cpuSecondsPerMillion,
        Map<String, Double> coresUsed,
        Map<String, Long> peakRssMb,
        Map<String, Percentiles> latencyMs,
        Map<String, Long> recoveryMs,
        List<String> differences) {

    boolean isExact() {
        return differences.isEmpty();
    }
}
