package io.lightflow.topology.doctor;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.InterruptException;

/** Runs checks, each of which may fail without ending the others. */
final class Checkup {
    private final Map<String, Check> checks = new LinkedHashMap<>();

    /** Checks one subject. A failure is a finding: its message says what is wrong. */
    interface Check {
        void run(Findings findings) throws Exception;
    }

    Checkup add(String subject, Check check) {
        checks.put(subject, check);
        return this;
    }

    void run(Consumer<Finding> taker) {
        checks.forEach((subject, check) -> {
            Findings findings = new Findings(subject, taker);
            try {
                check.run(findings);
            } catch (InterruptException e) {
                throw e;
            } catch (Exception e) {
                findings.error(
                        e.getMessage() == null ? e.toString() : e.getMessage(),
                        "make it answer with the addresses and credentials of the settings, then run this again");
            }
        });
    }
}
