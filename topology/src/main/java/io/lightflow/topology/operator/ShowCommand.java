package io.lightflow.topology.operator;

import io.lightflow.event.EventType;
import io.lightflow.position.Books;
import io.lightflow.position.Books.Entry;
import io.lightflow.position.Position;
import io.lightflow.topology.descriptor.TopologyDescriptor;
import io.lightflow.topology.settings.GroupSettings;
import io.lightflow.topology.zookeeper.GroupNodes;
import io.lightflow.topology.zookeeper.TridentNodes;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code lightflow show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Show, for each shard, the ledger's position, lag and watermark, the books, and Trident's nodes in"
                    + " ZooKeeper.",
            "Exits with 1 if the books of a shard do not balance or a shard has stopped."
        })
public final class ShowCommand implements Callable<Integer> {
    @Mixin
    private SettingsOption settingsOption;

    @Mixin
    private OnlyOption only;

    @Option(names = "--offsets", description = "Show the offset of every topic-partition as well.")
    private boolean offsets;

    @Option(
            names = "--trident-root",
            description = "Storm's transactional.zookeeper.root, if it is not /transactional.")
    private String tridentRoot;

    @Override
    public Integer call() {
        GroupSettings settings = settingsOption.read();
        boolean good = true;
        for (TopologyDescriptor topology : only.topologies(settings)) {
            good &= show(settings, topology, System.out);
        }
        return good ? 0 : 1;
    }

    private boolean show(GroupSettings settings, TopologyDescriptor topology, PrintStream out) {
        try (GroupStatus status = new GroupStatus(settings, topology);
                GroupNodes nodes = GroupNodes.connect(settings, topology);
                TridentNodes trident = new TridentNodes(settings, topology, tridentRoot)) {
            out.println(topology.stormName(settings.group()) + ": owner "
                    + nodes.owner().orElse("none") + (nodes.isPausedNow() ? ", paused" : ""));
            List<ShardStatus> shards = status.shards();
            Map<Integer, String> stops = nodes.stops();
            Map<Integer, String> cutOff = status.cutOff(shards);
            boolean good = stops.isEmpty() && cutOff.isEmpty();
            out.printf("%5s %10s %24s %12s  %s%n", "shard", "txid", "watermark", "lag", "books");
            for (ShardStatus shard : shards) {
                Position position = shard.position();
                boolean balanced = position.books().balanced();
                good &= balanced && shard.gap() == null;
                out.printf(
                        "%5d %10d %24s %12d  %s%n",
                        shard.shard(),
                        position.txid(),
                        time(position.watermark()),
                        shard.lag(),
                        state(shard, balanced, stops.containsKey(shard.shard()), cutOff.get(shard.shard())));
                if (stops.containsKey(shard.shard())) {
                    out.println("      "
                            + stops.get(shard.shard())
                                    .replace("--settings FILE", "--settings " + settingsOption.file()));
                }
                if (cutOff.containsKey(shard.shard())) {
                    out.println("      delete the topic and fill it again under the same name: events that were read"
                            + " before are duplicates then");
                }
                if (shard.gap() != null) {
                    out.println("      restore the records, or accept the loss with: lightflow accept-gap --settings "
                            + settingsOption.file() + " --topology " + topology.name() + " --shard " + shard.shard()
                            + " --topic " + shard.gap().topic() + " --to "
                            + shard.gap().oldest());
                }
                if (offsets) {
                    position.topics()
                            .forEach((topic, at) -> out.printf(
                                    "      %s: offset %d of incarnation %08x, newest event %s%n",
                                    topic,
                                    at.current().nextOffset(),
                                    at.current().id(),
                                    time(at.maxTime())));
                }
            }
            new WrongClocks(shards).describe().forEach(line -> out.println("  " + line));
            showBooks(GroupStatus.books(shards), out);
            out.println("  Trident in ZooKeeper (hints only):");
            trident.read().forEach((path, content) -> out.println("    " + path + " " + content));
            return good;
        }
    }

    private static String state(ShardStatus shard, boolean balanced, boolean stopped, String cutOff) {
        if (cutOff != null) {
            return "STOPPED " + cutOff;
        }
        if (shard.gap() != null) {
            return "STOPPED " + shard.gap();
        }
        if (stopped) {
            return "STOPPED by its join store";
        }
        return balanced ? "balanced" : "NOT BALANCED";
    }

    private static void showBooks(Books books, PrintStream out) {
        out.print("  books       ");
        for (Entry entry : Entry.values()) {
            out.printf(" %13s", entry.name().toLowerCase(Locale.ROOT));
        }
        out.println();
        for (EventType type : EventType.values()) {
            out.printf("  %-12s", type.plural());
            for (Entry entry : Entry.values()) {
                out.printf(" %13d", books.get(type, entry));
            }
            out.println();
        }
    }

    private static String time(long time) {
        return time == Position.NO_TIME ? "-" : Instant.ofEpochMilli(time).toString();
    }
}
