package io.lightflow.peers;

import io.lightflow.event.Impression;
import java.time.Instant;

/**
 * Renders the key of a statistics row as the line of a COPY has it: the minute and the dimensions, separated by tabs.
 * One thread uses it.
 */
public final class RowKeys {
    private static final long MINUTE_MS = 60_000;

    private final StringBuilder key = new StringBuilder(128);
    private long minute = Long.MIN_VALUE;
    private String minuteText;

    /** @param timeMs time of the event that is counted */
    public String of(long timeMs, Impression impression) {
        long eventMinute = Math.floorDiv(timeMs, MINUTE_MS);
        if (eventMinute != minute) {
            minute = eventMinute;
            minuteText = Instant.ofEpochMilli(eventMinute * MINUTE_MS).toString();
        }
        key.setLength(0);
        key.append(minuteText);
        dimension(impression.getCampaignId());
        dimension(impression.getCreativeId());
        dimension(impression.getExchange());
        dimension(impression.getPublisher());
        dimension(impression.getCountry());
        dimension(impression.getDevice());
        return key.toString();
    }

    private void dimension(String value) {
        key.append('\t');
        for (int i = 0; i < value.length(); i++) {
            char character = value.charAt(i);
            switch (character) {
                case '\\' -> key.append("\\\\");
                case '\t' -> key.append("\\t");
                case '\n' -> key.append("\\n");
                case '\r' -> key.append("\\r");
                default -> key.append(character);
            }
        }
    }
}
