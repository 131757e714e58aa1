package io.lightflow.traffic;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.ProjectingReader;
import io.lightflow.event.ProjectingReader.BooleanField;
import io.lightflow.event.ProjectingReader.StringField;
import io.lightflow.event.StringDecoder;
import io.lightflow.event.Tag;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.TrafficVerdict;
import io.lightflow.traffic.TrafficRules.Prefetches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.Schema;

/**
 * Judges events by the traffic rules, as far as their own fields tell. It remembers user agents, and nothing that a
 * verdict depends on. Not thread-safe.
 */
public final class TrafficJudge {
    private static final int MAX_USER_AGENTS = 10_000;

    private final TrafficRules rules;
    private final TrafficVerdict clean;
    private final List<Pattern> crawlers;
    private final AddressRanges dataCenters;
    private final Map<String, Boolean> isCrawler = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > MAX_USER_AGENTS;
        }
    };
    private final ArrayDecoder decoder = new ArrayDecoder();
    private final ClientFields impressions = new ClientFields(Impression.getClassSchema());
    private final PlacementFields placements = new PlacementFields();
    private final ClientFields tags = new ClientFields(Tag.getClassSchema());

    public TrafficJudge(TrafficRules rules) {
        this.rules = rules;
        this.clean = rules.equals(TrafficRules.NONE)
                ? TrafficVerdict.NONE
                : new TrafficVerdict(null, false, rules.version());
        this.crawlers = rules.crawlers().stream().map(Pattern::compile).toList();
        this.dataCenters = AddressRanges.of(rules.dataCenters());
    }

    /** The fields that tell about the browser. */
    private static final class ClientFields {
        private final ProjectingReader reader;
        private final StringField userAgent;
        /** Null if the event has no address. */
        private final StringField ip;
        /** Null if the event does not tell. */
        private final BooleanField prefetched;

        ClientFields(Schema schema) {
            var fields = ProjectingReader.builder(schema, StringDecoder.PLAIN);
            userAgent = fields.string("userAgent");
            ip = schema.getField("ip") == null ? null : fields.string("ip");
            prefetched = schema.getField("prefetched") == null ? null : fields.bool("prefetched");
            reader = fields.build();
        }
    }

    private static final class PlacementFields {
        private final ProjectingReader reader;
        private final StringField publisher;
        private final StringField name;
        private final BooleanField prefetched;

        PlacementFields() {
            var fields = ProjectingReader.builder(Impression.getClassSchema(), StringDecoder.PLAIN);
            publisher = fields.string("publisher");
            name = fields.string("placement");
            prefetched = fields.bool("prefetched");
            reader = fields.build();
        }

        Placement get() {
            return new Placement(publisher.get(), name.get());
        }
    }

    public TrafficRules rules() {
        return rules;
    }

    /** The verdict on an event that matches no rule. */
    public TrafficVerdict clean() {
        return clean;
    }

    /** @param body of an impression, with the compiled schema */
    public TrafficVerdict impression(byte[] body) {
        return client(impressions, body);
    }

    /** @param body of a tag, with the compiled schema */
    public TrafficVerdict tag(byte[] body) {
        return client(tags, body);
    }

    /**
     * The place in which an impression was shown; null if the browser requested it ahead of time.
     *
     * @param body of the impression, with the compiled schema
     */
    public Placement shownIn(byte[] body) {
        read(placements.reader, body);
        return placements.prefetched.get() ? null : placements.get();
    }

    /**
     * The least delay from an impression to its clicks; null if its placement has none of its own.
     *
     * @param body of the impression, with the compiled schema
     */
    public Duration clickDelay(byte[] body) {
        if (rules.clickDelays().isEmpty()) {
            return null;
        }
        read(placements.reader, body);
        return rules.clickDelays().get(placements.get());
    }

    private void read(ProjectingReader reader, byte[] body) {
        try {
            reader.read(decoder.over(body, 0));
        } catch (IOException e) {
            throw new UncheckedIOException("a body that was read does not decode again", e);
        }
    }

    public TrafficVerdict click(Click click) {
        return client(click.getUserAgent(), click.getIp(), click.getPrefetched());
    }

    private TrafficVerdict client(ClientFields fields, byte[] body) {
        boolean marksPrefetches = rules.prefetches() == Prefetches.MARKED && fields.prefetched != null;
        if (crawlers.isEmpty() && dataCenters.isEmpty() && !marksPrefetches) {
            return clean;
        }
        read(fields.reader, body);
        return client(
                fields.userAgent.get(),
                fields.ip == null ? "" : fields.ip.get(),
                fields.prefetched != null && fields.prefetched.get());
    }

    private TrafficVerdict client(String userAgent, String ip, boolean prefetched) {
        TrafficVerdict verdict = clean;
        if (!crawlers.isEmpty() && !userAgent.isEmpty() && isCrawler.computeIfAbsent(userAgent, this::matches)) {
            verdict = and(verdict, TrafficRule.CRAWLER);
        }
        if (!dataCenters.isEmpty() && dataCenters.contains(ip)) {
            verdict = and(verdict, TrafficRule.DATA_CENTER);
        }
        if (prefetched && rules.prefetches() == Prefetches.MARKED) {
            verdict = and(verdict, TrafficRule.PREFETCH);
        }
        return verdict;
    }

    private boolean matches(String userAgent) {
        return crawlers.stream().anyMatch(pattern -> pattern.matcher(userAgent).find());
    }

    /** The verdict with one more matching rule, which may be in shadow mode. */
    public TrafficVerdict and(TrafficVerdict verdict, TrafficRule rule) {
        return verdict.and(rule, rules.isShadow(rule));
    }
}
