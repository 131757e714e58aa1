package io.lightflow.join;

import io.lightflow.event.Click;
import io.lightflow.event.EventType;
import io.lightflow.event.LightEvent;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.traffic.Placement;
import io.lightflow.traffic.TrafficDelays;
import io.lightflow.traffic.TrafficJudge;
import io.lightflow.traffic.TrafficRules;
import java.time.Duration;

/**
 * The verdicts of the traffic rules on the events of one join key. A verdict at arrival depends on visible events
 * alone, so a replay comes to the same. It is stored with the event. Joining adds what follows from the joined events,
 * by the rules of the event's arrival (invariant J).
 */
final class KeyTraffic {
    /** Impressions in one placement that are less than this apart count as stacked. */
    static final long STACK_MS = 1_000;

    private final TrafficJudge judge;
    private final StoredBodies bodies;
    private final KeyState key;

    KeyTraffic(TrafficJudge judge, StoredBodies bodies, KeyState key) {
        this.judge = judge;
        this.bodies = bodies;
        this.key = key;
    }

    /** The verdict on an event whose row is full. */
    TrafficVerdict rowCap() {
        return judge.and(judge.clean(), TrafficRule.ROW_CAP);
    }

    /** The verdict on an impression that arrives now; the key holds those before it, if a rule counts them. */
    TrafficVerdict ofImpression(LightEvent event) {
        TrafficVerdict verdict = judge.impression(event.body());
        int max = judge.rules().maxImpressionsPerSecond();
        return max > 0 && isStacked(event, max) ? judge.and(verdict, TrafficRule.STACKED) : verdict;
    }

    /** The rules for clicks on an impression that arrives now; null if none are of its placement. */
    ImpressionFacts factsOf(LightEvent impression) {
        Duration clickDelay = judge.clickDelay(impression.body());
        return clickDelay == null ? null : new ImpressionFacts(clickDelay.toMillis());
    }

    /**
     * Whether as many impressions in the same placement lie within a second before this one, or after it. Prefetched
     * ones are left out: they were not shown, so nothing lies on top of them.
     */
    private boolean isStacked(LightEvent event, int max) {
        Placement placement = null;
        int count = 0;
        for (StoredEvent other : key.impressions()) {
            if (Math.abs(other.time() - event.time()) < STACK_MS) {
                placement = placement == null ? judge.shownIn(event.body()) : placement;
                if (placement == null) {
                    return false;
                }
                count += placement.equals(shownIn(other)) ? 1 : 0;
                if (count == max) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Null if the impression was not shown, or the stored body is unreadable. */
    private Placement shownIn(StoredEvent impression) {
        try {
            return judge.shownIn(bodies.compiled(EventType.IMPRESSION, impression));
        } catch (UnreadableBodyException e) {
            return null;
        }
    }

    TrafficVerdict ofTag(LightEvent event) {
        return judge.tag(event.body());
    }

    /** The verdict on a click that arrives now; the key holds the clicks before it. */
    TrafficVerdict ofClick(LightEvent event, Click click) {
        TrafficVerdict verdict = judge.click(click);
        TrafficRules rules = judge.rules();
        if (rules.maxClicksPerImpression() > 0 && clicksOn(click.getImpressionId()) >= rules.maxClicksPerImpression()) {
            verdict = judge.and(verdict, TrafficRule.REPEATED_CLICK);
        }
        if (rules.maxClicksPerKey() > 0
                && clicksNear(event.time(), rules.clickWindow().toMillis()) >= rules.maxClicksPerKey()) {
            verdict = judge.and(verdict, TrafficRule.CLICK_RATE);
        }
        return verdict;
    }

    private int clicksOn(String impressionId) {
        int count = 0;
        for (StoredEvent click : key.clicks().values()) {
            count += click.click().impressionId().equals(impressionId) ? 1 : 0;
        }
        return count;
    }

    /** The clicks within the window before a click, or after it, since clicks arrive out of order. */
    private int clicksNear(long time, long windowMs) {
        int count = 0;
        for (StoredEvent click : key.clicks().values()) {
            count += Math.abs(click.time() - time) < windowMs ? 1 : 0;
        }
        return count;
    }

    TrafficVerdict ofConversion() {
        return judge.clean();
    }

    /** The verdict on a click that is joined with its impression. */
    static TrafficVerdict joined(StoredEvent click, StoredEvent impression) {
        TrafficVerdict verdict = click.traffic();
        if (impression.traffic().isInvalid()) {
            verdict = verdict.and(TrafficRule.INVALID_IMPRESSION, false);
        }
        TrafficDelays delays = click.rules().delays();
        ImpressionFacts facts = impression.impression();
        boolean isFast = facts == null
                ? delays.isFastClick(impression.time(), click.time())
                : delays.isFastClick(impression.time(), click.time(), facts.minClickMs());
        return isFast ? verdict.and(TrafficRule.FAST_CLICK, delays.clickShadow()) : verdict;
    }

    /** The verdict on a conversion that is attributed to a click. */
    static TrafficVerdict attributed(StoredEvent conversion, StoredEvent click, StoredEvent impression) {
        TrafficVerdict verdict = conversion.traffic();
        if (joined(click, impression).isInvalid()) {
            verdict = verdict.and(TrafficRule.INVALID_CLICK, false);
        }
        TrafficDelays delays = conversion.rules().delays();
        if (delays.isFastConversion(click.time(), conversion.time())) {
            verdict = verdict.and(TrafficRule.FAST_CONVERSION, delays.fastConversionShadow());
        }
        if (delays.isSlowConversion(click.time(), conversion.time())) {
            verdict = verdict.and(TrafficRule.SLOW_CONVERSION, delays.slowConversionShadow());
        }
        return verdict;
    }

    /** The verdict on a conversion that is attributed to a view. */
    static TrafficVerdict attributed(StoredEvent conversion, StoredEvent impression) {
        return impression.traffic().isInvalid()
                ? conversion.traffic().and(TrafficRule.INVALID_IMPRESSION, false)
                : conversion.traffic();
    }
}
