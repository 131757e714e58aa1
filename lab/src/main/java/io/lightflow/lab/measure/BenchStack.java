package io.lightflow.lab.measure;

import io.lightflow.deploy.group.DcGroup;
import io.lightflow.deploy.local.LocalSettings;
import io.lightflow.deploy.local.LocalSettings.EventPath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The local stack that benches measure. */
public final class BenchStack {
    public static final DcGroup GROUP = new DcGroup("us", List.of("us-west", "us-east"));
    public static final int SHARDS = 8;
    public static final Duration ALLOWED_DISORDER = Duration.ofSeconds(2);

    private BenchStack() {}

    public static LocalSettings settings(Path data, int microBatchSeconds, int pollRecords, int parallelism) {
        return LocalSettings.in(data)
                .withGroups(List.of(GROUP))
                .withShards(SHARDS)
                .withAllowedDisorder(ALLOWED_DISORDER)
                .withMicroBatch(Duration.ofSeconds(microBatchSeconds))
                .withPollRecords(pollRecords)
                .withDataflowParallelism(parallelism)
                .with(EventPath.DIRECT);
    }
}
