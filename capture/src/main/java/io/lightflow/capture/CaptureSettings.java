package io.lightflow.capture;

import io.lightflow.capture.access.Partner;
import io.lightflow.capture.client.Visitors;
import io.lightflow.capture.http.ListenerSettings;
import io.lightflow.producer.LightEventsSettings;
import io.lightflow.producer.link.LinkKeys;
import io.lightflow.service.access.Accounts;
import io.lightflow.time.Durations;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The settings of a {@link CaptureServer}.
 *
 * @param producer the data center, its Kafka, and where events are kept until Kafka has them
 * @param http where browsers and partners connect
 * @param admin where only operators connect: metrics and health
 * @param links keys and validity of links
 * @param visitors what may be stored about browsers
 * @param advertisers whose pages may send tags and conversions without a signature
 * @param partners who may send batches; nobody if there is none
 * @param answerTimeout how long a request waits until its event is durable
 * @param stopDelay how long the server reports that it is not ready before it stops, so that load balancers notice
 * @param stopTimeout how long the server waits for the requests in flight
 */
public record CaptureSettings(
        LightEventsSettings producer,
        ListenerSettings http,
        Optional<ListenerSettings> admin,
        Links links,
        Visitors visitors,
        Set<String> advertisers,
        Accounts<Partner> partners,
        Duration answerTimeout,
        Duration stopDelay,
        Duration stopTimeout) {
    public CaptureSettings {
        Objects.requireNonNull(producer, "producer");
        Objects.requireNonNull(http, "http");
        Objects.requireNonNull(admin, "admin");
        Objects.requireNonNull(links, "links");
        Objects.requireNonNull(visitors, "visitors");
        Objects.requireNonNull(partners, "partners");
        advertisers = Set.copyOf(advertisers);
        requireNotNegative("stopDelay", stopDelay);
        requireNotNegative("stopTimeout", stopTimeout);
        if (answerTimeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "answerTimeout must be at least 1ms, but is " + Durations.format(answerTimeout));
        }
    }

    /**
     * @param adValidity how long a pixel and a click link are valid
     * @param postbackValidity how long a postback link is valid
     */
    public record Links(LinkKeys keys, Duration adValidity, Duration postbackValidity) {}

    private static void requireNotNegative(String key, Duration value) {
        if (value.isNegative()) {
            throw new IllegalArgumentException(key + " must not be negative, but is " + value);
        }
    }
}
