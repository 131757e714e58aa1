package io.lightflow.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";
    private static final String HEADER = "00-" + TRACE + "-" + SPAN + "-01";

    @Test
    void aHeaderIsReadAndWritten() {
        TraceParent read = TraceParent.parse(HEADER).orElseThrow();

        assertThat(read).isEqualTo(new TraceParent(TRACE, SPAN, "01"));
        assertThat(read).hasToString(HEADER);
        assertThat(read.toBytes()).hasSize(TraceParent.LENGTH);
        assertThat(TraceParent.parse(read.toBytes())).contains(read);
    }

    @Test
    void aLaterVersionIsReadAsThisOne() {
        TraceParent read = new TraceParent(TRACE, SPAN, "01");

        assertThat(TraceParent.parse("01-" + TRACE + "-" + SPAN + "-01")).contains(read);
        assertThat(TraceParent.parse("cc-" + TRACE + "-" + SPAN + "-01-what-comes-later"))
                .contains(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "c-1",
                "00-" + TRACE + "-" + SPAN,
                "00-" + TRACE + "-" + SPAN + "-01-more",
                "01-" + TRACE + "-" + SPAN + "-01more",
                "ff-" + TRACE + "-" + SPAN + "-01",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "00-" + TRACE + "_" + SPAN + "-01"
            })
    void whatIsNoHeaderIsIgnored(String header) {
        assertThat(TraceParent.parse(header)).isEmpty();
        assertThat(TraceParent.parse(header.getBytes(StandardCharsets.ISO_8859_1)))
                .isEmpty();
    }

    @Test
    void partsAreValidated() {
        assertThat(TraceParent.parse((String) null)).isEmpty();
        assertThat(TraceParent.parse((byte[]) null)).isEmpty();
        assertThatThrownBy(() -> new TraceParent("4bf9", SPAN, "01"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("traceparent: expected a trace id of 32")
                .hasMessageContaining("found 4bf9");
    }
}
