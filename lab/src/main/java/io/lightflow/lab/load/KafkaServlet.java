package io.lightflow.lab.load;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;
import io.lightflow.event.EventType;
import io.lightflow.event.Impression;
import io.lightflow.event.WireFormat;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.LinkVerdict.GenuinePixel;
import io.lightflow.producer.link.SignedLinks;
import io.lightflow.registry.client.SchemaId;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * What a team would write first: a servlet on Jetty that verifies the link, sends the event with {@link KafkaProducer},
 * and answers after Kafka's acknowledgement. It has no spool, no cookie and no consent.
 */
final class KafkaServlet extends HttpServlet implements AutoCloseable {
    private static final long serialVersionUID = 1L;
    private static final byte[] PIXEL =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");
    private static final int MICROS_DIGITS = 6;

    private final transient SignedLinks links = CaptureLoadRequests.links();
    private final transient KafkaProducer<byte[], byte[]> kafka;
    private final transient Server server = new Server(0);

    KafkaServlet(String bootstrapServers) {
        kafka = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 5, "compression.type", "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    URI start() throws Exception {
        ServletContextHandler context = new ServletContextHandler();
        context.addServlet(new ServletHolder(this), "/*");
        server.setHandler(context);
        ((ServerConnector) server.getConnectors()[0]).setHost("127.0.0.1");
        server.start();
        return URI.create("http://127.0.0.1:" + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String token = request.getParameter(SignedLinks.PARAMETER);
        long now = System.currentTimeMillis();
        switch (request.getPathInfo()) {
            case "/i" -> {
                if (links.verify(LinkKind.IMPRESSION, token) instanceof GenuinePixel pixel) {
                    Impression impression = pixel.impression();
                    impression.setTime(now);
                    impression.setUserAgent(request.getHeader("User-Agent"));
                    impression.setIp(request.getRemoteAddr());
                    send(EventType.IMPRESSION, pixel.joinKey(), impression);
                    sendPixel(response);
                    return;
                }
            }
            case "/c" -> {
                if (links.verify(LinkKind.CLICK, token) instanceof Genuine link) {
                    send(EventType.CLICK, link.claims().joinKey(), click(link, now, request));
                    response.setStatus(HttpServletResponse.SC_FOUND);
                    response.setHeader("Location", link.claims().target());
                    return;
                }
            }
            case "/v" -> {
                if (links.verify(LinkKind.POSTBACK, token) instanceof Genuine link) {
                    send(EventType.CONVERSION, link.claims().joinKey(), conversion(link, now, request));
                    sendPixel(response);
                    return;
                }
            }
            default -> {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
                return;
            }
        }
        response.sendError(HttpServletResponse.SC_FORBIDDEN);
    }

    private static Click click(Genuine link, long now, HttpServletRequest request) {
        return Click.newBuilder()
                .setId(link.eventId())
                .setTime(now)
                .setAdvertiserId(link.claims().advertiserId())
                .setImpressionId(link.claims().impressionId())
                .setLandingPage(link.claims().target())
                .setUserAgent(request.getHeader("User-Agent"))
                .setIp(request.getRemoteAddr())
                .build();
    }

    private static Conversion conversion(Genuine link, long now, HttpServletRequest request) {
        return Conversion.newBuilder()
                .setId(link.eventId(request.getParameter("key")))
                .setTime(now)
                .setAdvertiserId(link.claims().advertiserId())
                .setImpressionId(link.claims().impressionId())
                .setClickId(link.claims().clickId())
                .setKind(request.getParameter("kind"))
                .setRevenueMicros(new BigDecimal(request.getParameter("revenue"))
                        .movePointRight(MICROS_DIGITS)
                        .longValueExact())
                .setCurrency(request.getParameter("currency"))
                .build();
    }

    private static void sendPixel(HttpServletResponse response) throws IOException {
        response.setContentType("image/gif");
        response.setHeader("Cache-Control", "no-store");
        response.setContentLength(PIXEL.length);
        response.getOutputStream().write(PIXEL);
    }

    private void send(EventType type, String joinKey, SpecificRecordBase event) throws ServletException, IOException {
        byte[] header = new byte[WireFormat.HEADER_BYTES];
        WireFormat.writeHeader(header, SchemaId.of(event.getSchema()));
        ByteArrayOutputStream value = new ByteArrayOutputStream(512);
        value.write(header);
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(value, null);
        new SpecificDatumWriter<>(event.getSchema()).write(event, encoder);
        encoder.flush();
        try {
            kafka.send(new ProducerRecord<>(
                            type.plural(), joinKey.getBytes(StandardCharsets.UTF_8), value.toByteArray()))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServletException("interrupted before Kafka's acknowledgement", e);
        } catch (ExecutionException e) {
            throw new ServletException("Kafka rejected the event", e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException("stopping the servlet failed", e);
        } finally {
            kafka.close();
        }
    }
}
