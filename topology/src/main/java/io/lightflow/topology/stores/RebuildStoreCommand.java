package io.lightflow.topology.stores;

import io.lightflow.topology.operator.SettingsOption;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code lightflow rebuild-store}. */
@Command(
        name = "rebuild-store",
        mixinStandardHelpOptions = true,
        description = {
            "Fill the join store of a group from its light topics up to the ledger, without output. Its dataflow"
                    + " topology must have been killed.",
            "Runs on the machine of the store's directory, if the store is RocksDB. May be repeated."
        })
public final class RebuildStoreCommand implements Callable<Integer> {
    @Mixin
    private SettingsOption settingsOption;

    @Override
    public Integer call() {
        new StoreRebuild(settingsOption.read(), System.out::println).run();
        return 0;
    }
}
