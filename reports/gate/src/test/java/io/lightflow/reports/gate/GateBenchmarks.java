package io.lightflow.reports.gate;

import org.openjdk.jmh.Main;

/** {@code lab/gate-bench}: JMH with its own options, such as {@code -prof gc}. */
final class GateBenchmarks {
    private GateBenchmarks() {}

    public static void main(String[] arguments) throws Exception {
        Main.main(arguments);
    }
}
