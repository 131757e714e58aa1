package io.lightflow.invariant;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.Impression;
import io.lightflow.event.LightEvent;
import io.lightflow.event.Tag;
import io.lightflow.event.TrafficRule;
import io.lightflow.traffic.TrafficRules;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.util.List;

/**
 * The expected verdict of the traffic rules on an event, from applying them literally. User agents of crawlers contain
 * a plain word here, and data centers are IPv4 ranges of 8 bits.
 *
 * @param rule id of the rule; empty if the event matches none
 * @param invalid whether the rule is enforced
 */
public record TrafficMark(String rule, boolean invalid) {
    static final TrafficMark NONE = new TrafficMark("", false);
    static final TrafficMark ROW_CAP = new TrafficMark(TrafficRule.ROW_CAP.id(), true);

    /** The mark of an event that arrives after others of its key. */
    static TrafficMark atArrival(LightEvent event, List<LightEvent> before, TrafficRules rules) {
        if (event.record() instanceof Impression impression) {
            int maxInASecond = rules.maxImpressionsPerSecond();
            return ofClient(impression.getUserAgent(), impression.getIp(), impression.getPrefetched(), rules)
                    .or(
                            maxInASecond > 0
                                    && !impression.getPrefetched()
                                    && stackedBelow(event.joinKey(), impression, before) >= maxInASecond,
                            TrafficRule.STACKED,
                            rules);
        } else if (event.record() instanceof Tag tag) {
            return ofClient(tag.getUserAgent(), "", false, rules);
        } else if (event.record() instanceof Conversion) {
            return NONE;
        }
        Click click = (Click) event.record();
        List<Click> clicks = before.stream()
                .filter(other -> other.joinKey().equals(event.joinKey()))
                .filter(other -> other.record() instanceof Click)
                .map(other -> (Click) other.record())
                .toList();
        long onImpression = clicks.stream()
                .filter(other -> other.getImpressionId().equals(click.getImpressionId()))
                .count();
        long near = clicks.stream()
                .filter(other -> Math.abs(other.getTime() - click.getTime())
                        < rules.clickWindow().toMillis())
                .count();
        int maxOnImpression = rules.maxClicksPerImpression();
        int maxNear = rules.maxClicksPerKey();
        return ofClient(click.getUserAgent(), click.getIp(), click.getPrefetched(), rules)
                .or(maxOnImpression > 0 && onImpression >= maxOnImpression, TrafficRule.REPEATED_CLICK, rules)
                .or(maxNear > 0 && near >= maxNear, TrafficRule.CLICK_RATE, rules);
    }

    private static long stackedBelow(String joinKey, Impression impression, List<LightEvent> before) {
        return before.stream()
                .filter(other -> other.joinKey().equals(joinKey))
                .filter(other -> other.record() instanceof Impression)
                .map(other -> (Impression) other.record())
                .filter(other -> Math.abs(other.getTime() - impression.getTime()) < 1_000)
                .filter(other -> !other.getPrefetched())
                .filter(other -> other.getPublisher().equals(impression.getPublisher()))
                .filter(other -> other.getPlacement().equals(impression.getPlacement()))
                .count();
    }

    private static TrafficMark ofClient(String userAgent, String ip, boolean prefetched, TrafficRules rules) {
        return NONE.or(rules.crawlers().stream().anyMatch(userAgent::contains), TrafficRule.CRAWLER, rules)
                .or(
                        rules.dataCenters().stream()
                                .anyMatch(range -> ip.startsWith(range.substring(0, range.indexOf('.') + 1))),
                        TrafficRule.DATA_CENTER,
                        rules)
                .or(prefetched && rules.prefetches() == Prefetches.MARKED, TrafficRule.PREFETCH, rules);
    }

    TrafficMark or(boolean matches, TrafficRule other, TrafficRules rules) {
        boolean shadow = rules.shadow().contains(other);
        if (!matches || invalid || shadow && !rule.isEmpty()) {
            return this;
        }
        return new TrafficMark(other.id(), !shadow);
    }
}
