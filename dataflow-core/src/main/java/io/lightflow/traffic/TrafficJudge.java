package io.lightflow.traffic;

import io.lightflow.event.ArrayDecoder;
import io.lightflow.event.Click;
import io.lightflow.event.Impression;
import io.lightflow.event.ProjectingReader;
import io.lightflow.event.ProjectingReader.StringField;
import io.lightflow.event.StringDecoder;
import io.lightflow.event.Tag;
import io.lightflow.event.TrafficRule;
import io.lightflow.event.TrafficVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
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

        ClientFields(Schema schema) {
            var fields = ProjectingReader.builder(schema, StringDecoder.PLAIN);
            userAgent = fields.string("userAgent");
            ip = schema.getField("ip") == null ? null : fields.string("ip");
            reader = fields.build();
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

    public TrafficVerdict click(Click click) {
        return client(click.getUserAgent(), click.getIp());
    }

    private TrafficVerdict client(ClientFields fields, byte[] body) {
        if (crawlers.isEmpty() && dataCenters.isEmpty()) {
            return clean;
        }
        try {
            fields.reader.read(decoder.over(body, 0));
        } catch (IOException e) {
            throw new UncheckedIOException("a body that was read does not decode again", e);
        }
        return client(fields.userAgent.get(), fields.ip == null ? "" : fields.ip.get());
    }

    private TrafficVerdict client(String userAgent, String ip) {
        TrafficVerdict verdict = clean;
        if (!crawlers.isEmpty() && !userAgent.isEmpty() && isCrawler.computeIfAbsent(userAgent, this::matches)) {
            verdict = and(verdict, TrafficRule.CRAWLER);
        }
        if (!dataCenters.isEmpty() && dataCenters.contains(ip)) {
            verdict = and(verdict, TrafficRule.DATA_CENTER);
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
