package io.lightflow.lab.up;

import io.lightflow.topology.settings.AerospikeCluster;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The option {@code --store}. */
public final class StoreOption {
    private static final Pattern AEROSPIKE = Pattern.compile("aerospike=([^/]+:\\d{1,5})(?:/(.+))?");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--store",
            paramLabel = "rocksdb|aerospike=HOST:PORT[/NAMESPACE]",
            defaultValue = "rocksdb",
            description =
                    "The join store: RocksDB in the data folder, or a running Aerospike server (namespace lightflow"
                            + " unless another is named). Default: ${DEFAULT-VALUE}.")
    private String store;

    /** Null for RocksDB. */
    public AerospikeCluster aerospike() {
        if (store.equals("rocksdb")) {
            return null;
        }
        Matcher matcher = AEROSPIKE.matcher(store);
        if (!matcher.matches()) {
            throw new ParameterException(
                    spec.commandLine(), "--store takes rocksdb or aerospike=HOST:PORT[/NAMESPACE], found " + store);
        }
        return AerospikeCluster.of(matcher.group(1), matcher.group(2) == null ? "lightflow" : matcher.group(2));
    }
}
