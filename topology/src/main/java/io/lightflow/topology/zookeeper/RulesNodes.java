package io.lightflow.topology.zookeeper;

import io.lightflow.topology.settings.JoinRules;
import io.lightflow.topology.settings.SubmittedRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/**
 * The rules of the join that were submitted, oldest first: a node per change, named by its time. Thread-safe.
 *
 * <p>They are kept before a submission that may fail. So some of them may never have been in force.
 */
final class RulesNodes {
    /** Compressed, rules for thousands of advertisers take some ten kilobytes. */
    static final int MAX_CHANGES = 100;

    private final CuratorFramework curator;
    private final String path;

    RulesNodes(CuratorFramework curator, String path) {
        this.curator = curator;
        this.path = path;
    }

    /** @param submitted the rules of the last submission, which an earlier build may not have kept here */
    List<SubmittedRules> read(Optional<JoinRules> submitted, long nowMs) throws Exception {
        List<SubmittedRules> all = read(times());
        add(submitted, all.isEmpty() ? 0 : nowMs, all);
        return all;
    }

    /** Keeps rules that are about to come into force, and drops the oldest beyond {@link #MAX_CHANGES}. */
    void keep(JoinRules rules, Optional<JoinRules> submitted, long nowMs) throws Exception {
        List<Long> times = times();
        List<SubmittedRules> all = read(times.subList(Math.max(0, times.size() - 1), times.size()));
        int before = all.size();
        add(submitted, all.isEmpty() ? 0 : nowMs, all);
        add(Optional.of(rules), nowMs, all);
        for (SubmittedRules added : all.subList(before, all.size())) {
            curator.create()
                    .compressed()
                    .creatingParentsIfNeeded()
                    .forPath(nodeOf(added.sinceMs()), added.rules().toYaml().getBytes(StandardCharsets.UTF_8));
        }
        List<Long> kept = times();
        for (long old : kept.subList(0, Math.max(0, kept.size() - MAX_CHANGES))) {
            curator.delete().quietly().forPath(nodeOf(old));
        }
    }

    /** Adds rules unless they are the last ones. Time goes forward, whatever the clock says. */
    private static void add(Optional<JoinRules> rules, long nowMs, List<SubmittedRules> all) {
        SubmittedRules last = all.isEmpty() ? null : all.get(all.size() - 1);
        rules.filter(added -> last == null || !last.rules().equals(added))
                .ifPresent(added ->
                        all.add(new SubmittedRules(last == null ? nowMs : Math.max(nowMs, last.sinceMs() + 1), added)));
    }

    /** The times of all changes, rising. */
    private List<Long> times() throws Exception {
        List<Long> times = new ArrayList<>();
        if (curator.checkExists().forPath(path) != null) {
            curator.getChildren().forPath(path).forEach(child -> times.add(Long.parseLong(child)));
            times.sort(null);
        }
        return times;
    }

    private List<SubmittedRules> read(List<Long> times) throws Exception {
        List<SubmittedRules> found = new ArrayList<>(times.size());
        for (long time : times) {
            try {
                byte[] rules = curator.getData().decompressed().forPath(nodeOf(time));
                found.add(new SubmittedRules(time, JoinRules.parse(new String(rules, StandardCharsets.UTF_8))));
            } catch (KeeperException.NoNodeException e) {
                continue; // another submission has just dropped it
            }
        }
        return found;
    }

    private String nodeOf(long time) {
        return path + "/" + time;
    }
}
