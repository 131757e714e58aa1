package io.lightflow.lab.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.lab.feed.FeedEvent;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * The requests by which a capture server receives logged events. Impressions, clicks and conversions come with links
 * that were signed in the same millisecond. A batch carries what a link cannot, which is tags and derived impressions.
 */
final class EventRequests {
    static final String TOKEN = "token-of-the-partner-that-replays";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern WEB = Pattern.compile("https?://[a-z0-9.-]+(:[0-9]+)?([/?][!-~]*)?");
    private static final Pattern HEADER_VALUE = Pattern.compile("[ -~]+");
    /** Logs may have an identifier in place of a landing page. */
    private static final String LANDING_PAGE = "https://landing.example/";

    private final URI server;
    private final SignedLinks links;

    EventRequests(URI server, SignedLinks links) {
        this.server = server;
        this.links = links;
    }

    /** The request for an event. The server's clock must show the event's time. */
    HttpRequest of(FeedEvent event) {
        SpecificRecordBase record = event.event();
        if (record instanceof Impression impression && !impression.getDerived()) {
            return browser(
                    links.pixelUrl(server.resolve("/i"), event.key(), impression),
                    impression.getUserAgent(),
                    impression.getIp());
        }
        if (record instanceof Click click) {
            LinkClaims claims = claims(event, click.getImpressionId(), click.getAdvertiserId())
                    .withTarget(WEB.matcher(click.getLandingPage()).matches() ? click.getLandingPage() : LANDING_PAGE);
            return browser(
                    links.url(LinkKind.CLICK, server.resolve("/c"), claims), click.getUserAgent(), click.getIp());
        }
        if (record instanceof Conversion conversion) {
            return HttpRequest.newBuilder(links.url(
                            LinkKind.POSTBACK,
                            URI.create(server.resolve("/v") + "?key=" + conversion.getId()),
                            claims(event, conversion.getImpressionId(), conversion.getAdvertiserId())))
                    .POST(BodyPublishers.noBody())
                    .build();
        }
        return batch(server, TOKEN, event);
    }

    private static LinkClaims claims(FeedEvent event, String impressionId, String advertiserId) {
        return LinkClaims.of(impressionId, event.key(), Instant.ofEpochMilli(event.timeMs()))
                .withAdvertiser(advertiserId);
    }

    /** Logs mask the end of addresses with an asterisk. */
    private static HttpRequest browser(URI url, String userAgent, String ip) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url);
        if (HEADER_VALUE.matcher(userAgent).matches()) {
            request.header("User-Agent", userAgent);
        }
        String address = ip.replace('*', '0');
        if (HEADER_VALUE.matcher(address).matches()) {
            request.header("X-Forwarded-For", address);
        }
        return request.build();
    }

    /** A batch with an event and all of its fields. */
    static HttpRequest batch(URI server, String token, FeedEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (Schema.Field field : event.event().getSchema().getFields()) {
            fields.put(field.name(), event.event().get(field.pos()));
        }
        try {
            byte[] body = JSON.writeValueAsBytes(List.of(Map.of(
                    "type", event.type().name().toLowerCase(Locale.ROOT),
                    "key", event.key(),
                    "event", fields)));
            return HttpRequest.newBuilder(server.resolve("/v1/events"))
                    .header("Authorization", "Bearer " + token)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofByteArray(body))
                    .build();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a " + event.type() + " cannot be written as JSON", e);
        }
    }

    /** Whether a response says that Kafka has the event. */
    static boolean isAccepted(EventType type, int status, byte[] body) {
        return switch (status) {
            case 200 ->
                body.length == 0
                        || body[0] != '{'
                        || new String(body, StandardCharsets.UTF_8).contains("\"status\":\"accepted\"");
            case 204 -> type == EventType.CONVERSION;
            case 302 -> type == EventType.CLICK;
            default -> false;
        };
    }
}
