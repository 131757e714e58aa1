package io.lightflow.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.mirror.MirrorAudit.PartitionReport;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuditTableTest {
    @Test
    void everyDifferingPartitionHasARowAndEveryTopicATotal() {
        String table = AuditTable.of(List.of(
                new PartitionReport("eu", "clicks", 0, 2, 2, 10, 10, 0, 0, 0, 0),
                new PartitionReport("eu", "clicks", 1, 2, 2, 10, 9, 0, 1, 0, 0),
                new PartitionReport("eu", "tags", 0, 1, 0, 5, 0, 5, 0, 0, 0)));
        assertThat(table.lines().map(line -> line.strip().replaceAll(" +", " ")))
                .containsExactly(
                        "dc topic partition in front copied lag missing surplus out of order",
                        "eu clicks 1 10 9 0 1 0 0 NOT EXACT",
                        "eu clicks all 20 19 0 1 0 0 NOT EXACT",
                        "eu tags 0 5 0 5 0 0 0 no copy",
                        "eu tags all 5 0 5 0 0 0 no copy");
    }
}
