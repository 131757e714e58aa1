package io.lightflow.capture;

import io.lightflow.event.Impression;
import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.SignedLinks;
import io.lightflow.service.command.CommandRunner;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code link}: prints a signed URL, for tests and for ad servers in other languages. */
@Command(
        name = "link",
        mixinStandardHelpOptions = true,
        description = "Print a signed URL of a pixel, a click or a postback.")
public final class LinkCommand implements Callable<Integer> {
    /** What the URL is for. */
    enum Kind {
        PIXEL("/i"),
        CLICK("/c"),
        POSTBACK("/v");

        private final String path;

        Kind(String path) {
            this.path = path;
        }
    }

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
    private Kind kind;

    @Option(
            names = "--settings",
            required = true,
            paramLabel = "FILE",
            description = "Settings of a capture server; its key signs the link")
    private Path settings;

    @Option(names = "--server", required = true, paramLabel = "URL", description = "Base URL of the capture servers")
    private URI server;

    @Option(names = "--impression", paramLabel = "ID", description = "Id of the impression (default: a random one)")
    private String impression;

    @Option(names = "--join-key", paramLabel = "KEY", description = "Join key (default: the id of the impression)")
    private String joinKey;

    @Option(names = "--advertiser", paramLabel = "ID", required = true, description = "Advertiser")
    private String advertiser;

    @Option(names = "--campaign", paramLabel = "ID", defaultValue = "", description = "Campaign")
    private String campaign;

    @Option(names = "--creative", paramLabel = "ID", defaultValue = "", description = "PIXEL: creative")
    private String creative;

    @Option(names = "--price-micros", paramLabel = "N", defaultValue = "0", description = "PIXEL: price in micros")
    private long priceMicros;

    @Option(names = "--currency", paramLabel = "CODE", defaultValue = "", description = "PIXEL: currency of the price")
    private String currency;

    @Option(names = "--target", paramLabel = "URL", description = "CLICK: landing page, with macros if needed")
    private String target;

    @Option(names = "--click", paramLabel = "ID", defaultValue = "", description = "POSTBACK: the click")
    private String click;

    private LinkCommand() {}

    /** The command. */
    public static CommandLine commandLine() {
        return CommandRunner.commandLine(new LinkCommand()).setCaseInsensitiveEnumValuesAllowed(true);
    }

    @Override
    public Integer call() {
        if (kind == Kind.CLICK && target == null) {
            throw new ParameterException(spec.commandLine(), "A click link needs --target");
        }
        CaptureSettings.Links links =
                CaptureSettingsFile.read(settings, System.getenv()).links();
        SignedLinks signed = new SignedLinks(links.keys(), links.adValidity(), links.postbackValidity());
        spec.commandLine().getOut().println(url(signed, server.resolve(kind.path)));
        return 0;
    }

    private URI url(SignedLinks links, URI endpoint) {
        String id = impression == null ? UUID.randomUUID().toString() : impression;
        String key = joinKey == null ? id : joinKey;
        Instant now = Instant.now();
        LinkClaims claims =
                LinkClaims.of(id, key, now).withAdvertiser(advertiser).withCampaign(campaign);
        return switch (kind) {
            case PIXEL ->
                links.pixelUrl(
                        endpoint,
                        key,
                        Impression.newBuilder()
                                .setId(id)
                                .setTime(now.toEpochMilli())
                                .setAdvertiserId(advertiser)
                                .setCampaignId(campaign)
                                .setCreativeId(creative)
                                .setPriceMicros(priceMicros)
                                .setCurrency(currency)
                                .build());
            case CLICK -> links.url(LinkKind.CLICK, endpoint, claims.withTarget(target));
            case POSTBACK -> links.url(LinkKind.POSTBACK, endpoint, claims.withClick(click));
        };
    }
}
