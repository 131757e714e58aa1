package io.lightflow.reports.alert;

import io.lightflow.reports.http.ReportsJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Posts messages, with a signature over time and body. Redirects are not followed. */
final class WebhookSender implements MessageSender {
    static final String SIGNATURE = "Lightflow-Signature";
    static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int FIRST_GOOD = 200;
    private static final int FIRST_BAD = 300;

    private final AlertSettings.Webhooks settings;
    private final InstantSource clock;
    private final HttpClient client = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    WebhookSender(AlertSettings.Webhooks settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void send(AlertMessage message, String target) throws DeliveryException, InterruptedException {
        URI address = URI.create(target);
        // The settings may have changed since the rule was stored.
        if (!settings.allows(address)) {
            throw new DeliveryException("alerts.webhooks.hosts of this server does not allow " + address.getHost());
        }
        byte[] body = ReportsJson.bytes(message);
        HttpRequest request = HttpRequest.newBuilder(address)
                .timeout(TIMEOUT)
                .header("Content-Type", ReportsJson.CONTENT_TYPE)
                .header(IDEMPOTENCY_KEY, message.id().toString())
                .header(SIGNATURE, signature(body))
                .POST(BodyPublishers.ofByteArray(body))
                .build();
        try {
            HttpResponse<Void> response = client.send(request, BodyHandlers.discarding());
            if (response.statusCode() < FIRST_GOOD || response.statusCode() >= FIRST_BAD) {
                throw new DeliveryException("expected a status from 200 to 299, found " + response.statusCode());
            }
        } catch (IOException e) {
            throw new DeliveryException("no response: " + e, e);
        }
    }

    private String signature(byte[] body) throws DeliveryException {
        long seconds = clock.instant().getEpochSecond();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(settings.secret().get().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
            return "t=" + seconds + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new DeliveryException("the message cannot be signed: " + e, e);
        }
    }
}
