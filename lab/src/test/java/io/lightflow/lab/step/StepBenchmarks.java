package io.lightflow.lab.step;

import org.openjdk.jmh.Main;

/** {@code lab/step-bench}: JMH with its own options, such as {@code -prof gc} and {@code -p store=ROCKSDB}. */
final class StepBenchmarks {
    private StepBenchmarks() {}

    public static void main(String[] arguments) throws Exception {
        Main.main(arguments);
    }
}
