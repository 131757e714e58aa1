package io.lightflow.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict;
import io.lightflow.producer.link.SignedLinks;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LinkCommandTest {
    @TempDir
    Path folder;

    private final SignedLinks links = new SignedLinks(CaptureFixture.KEYS, Duration.ofDays(2), Duration.ofDays(30));

    private String run(String... arguments) throws Exception {
        Path key = Files.writeString(folder.resolve("key"), "A".repeat(43) + "=");
        Path settings = Files.writeString(folder.resolve("capture.yaml"), """
                dc: us-west
                kafka: {bootstrapServers: "kafka:9092", partitions: 8}
                links: {signWith: 2026-11, keys: [{id: 2026-11, secretFile: "%s"}]}
                """.formatted(key));
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--settings", settings.toString(), "--server", "https://ads.example/"));
        StringWriter out = new StringWriter();
        CommandLine command = LinkCommand.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(out, true));
        command.execute(all.toArray(String[]::new));
        return out.toString().strip();
    }

    @Test
    void everyKindIsSignedAsTheServerVerifiesIt() throws Exception {
        String pixel =
                run("pixel", "--advertiser", "1458", "--impression", "i1", "--price-micros", "5", "--currency", "EUR");
        assertThat(pixel).startsWith("https://ads.example/i?lf=");
        assertThat(links.verify(LinkKind.IMPRESSION, token(pixel)))
                .isInstanceOfSatisfying(LinkVerdict.GenuinePixel.class, genuine -> {
                    assertThat(genuine.joinKey()).isEqualTo("i1");
                    assertThat(genuine.impression().getPriceMicros()).isEqualTo(5);
                });
        String click = run("click", "--advertiser", "1458", "--join-key", "k", "--target", "https://shop.example/");
        assertThat(click).startsWith("https://ads.example/c?lf=");
        assertThat(links.verify(LinkKind.CLICK, token(click)))
                .isInstanceOfSatisfying(
                        LinkVerdict.Genuine.class,
                        genuine -> assertThat(genuine.claims().joinKey()).isEqualTo("k"));
        String postback = run("postback", "--advertiser", "1458", "--click", "c1");
        assertThat(links.verify(LinkKind.POSTBACK, token(postback))).isInstanceOf(LinkVerdict.Genuine.class);
    }

    @Test
    void aClickNeedsASafeTarget() throws Exception {
        assertThat(run("click", "--advertiser", "1458")).startsWith("A click link needs --target");
        assertThat(run("click", "--advertiser", "1458", "--target", "javascript:alert(1)"))
                .contains("expected an http or https URL without spaces");
    }

    private static String token(String url) {
        return url.substring(url.indexOf("?lf=") + "?lf=".length());
    }
}
