package io.lightflow.topology.stores;

import io.lightflow.position.Position;
import io.lightflow.position.TopicPosition;
import io.lightflow.rebuild.ShardRebuild;
import io.lightflow.topology.settings.GroupSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Tells how far back a rebuild has reached, and what it could not find. */
final class RebuildReport {
    private RebuildReport() {}

    static List<String> lines(int shard, LightLog log, ShardRebuild rebuild, Position next, GroupSettings settings) {
        List<String> lines = new ArrayList<>();
        lines.add("shard " + shard + ": " + rebuild.events() + " events, now " + next.store());
        log.incarnations().forEach((topic, incarnation) -> {
            lines.add("  " + topic + ": offsets " + log.oldest().get(topic) + " to "
                    + next.nextOffset(topic, incarnation) + ", oldest event " + oldest(rebuild, topic));
            TopicPosition read = next.topics().get(topic);
            if (read != null
                    && (read.incarnations().size() > 1 || read.current().id() != incarnation)) {
                lines.add("  " + topic + " was recreated: events that were read only from its former incarnation are"
                        + " not in the store, and their copies count as new");
            }
        });
        if (rebuild.missing() > 0) {
            lines.add("  " + rebuild.missing() + " events of the ledger exist no more: clicks on their impressions"
                    + " become orphans, and copies of them count as new. The rules of group " + settings.group()
                    + " reach back " + days(settings));
        }
        return lines;
    }

    private static String oldest(ShardRebuild rebuild, String topic) {
        Map<String, Long> oldest = rebuild.oldestMs();
        return oldest.containsKey(topic)
                ? Instant.ofEpochMilli(oldest.get(topic)).toString()
                : "-";
    }

    private static String days(GroupSettings settings) {
        return settings.joinSettings().retention().toDays() + " days";
    }
}
