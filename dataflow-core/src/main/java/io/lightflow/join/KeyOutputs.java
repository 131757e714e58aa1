package io.lightflow.join;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.EventType;
import io.lightflow.position.Books.Entry;

/**
 * Emits the decided clicks and conversions of one join key, and counts them. An event whose stored body is unreadable
 * is rejected instead.
 */
final class KeyOutputs {
    private final BlockJoin block;
    private final byte[] joinKeyUtf8;

    KeyOutputs(BlockJoin block, byte[] joinKeyUtf8) {
        this.block = block;
        this.joinKeyUtf8 = joinKeyUtf8;
    }

    void orphan(StoredEvent click, boolean invalid) {
        byte[] body;
        try {
            body = block.bodies().compiled(EventType.CLICK, click);
        } catch (UnreadableBodyException e) {
            setAside(EventType.CLICK, click, e);
            return;
        }
        block.count(EventType.CLICK, Entry.ORPHANED, 1);
        block.send(block.encoder().orphan(joinKeyUtf8, block.trace(click, invalid), body));
    }

    void joined(StoredEvent click, StoredEvent impression, boolean invalid) {
        byte[] clickBody;
        byte[] impressionBody;
        try {
            clickBody = block.bodies().compiled(EventType.CLICK, click);
            impressionBody = block.bodies().compiled(EventType.IMPRESSION, impression);
        } catch (UnreadableBodyException e) {
            setAside(EventType.CLICK, click, e);
            return;
        }
        block.count(EventType.CLICK, Entry.JOINED, 1);
        block.send(block.encoder()
                .click(
                        joinKeyUtf8,
                        block.trace(click, invalid),
                        block.source(impression.origin()),
                        clickBody,
                        impressionBody));
    }

    /**
     * @param clickNumber as in {@link io.lightflow.event.JoinedConversion}
     * @param click null without a click
     * @param impression null if unattributed
     */
    void conversion(
            StoredEvent conversion,
            AttributionKind kind,
            int clickNumber,
            StoredEvent click,
            StoredEvent impression,
            boolean invalid) {
        byte[] conversionBody;
        byte[] clickBody;
        byte[] impressionBody;
        try {
            StoredBodies bodies = block.bodies();
            conversionBody = bodies.compiled(EventType.CONVERSION, conversion);
            clickBody = click == null ? null : bodies.compiled(EventType.CLICK, click);
            impressionBody = impression == null ? null : bodies.compiled(EventType.IMPRESSION, impression);
        } catch (UnreadableBodyException e) {
            setAside(EventType.CONVERSION, conversion, e);
            return;
        }
        block.count(EventType.CONVERSION, kind == AttributionKind.NONE ? Entry.UNATTRIBUTED : Entry.JOINED, 1);
        block.send(block.encoder()
                .conversion(
                        joinKeyUtf8,
                        block.trace(conversion, invalid),
                        conversionBody,
                        kind,
                        clickNumber,
                        click == null ? null : block.source(click.origin()),
                        clickBody,
                        impression == null ? null : block.source(impression.origin()),
                        impressionBody));
    }

    /** Rejects an event that is decided, and cannot be emitted since a stored body is unreadable. */
    private void setAside(EventType type, StoredEvent event, UnreadableBodyException why) {
        block.reject(
                type,
                event.origin(),
                event.producedMs(),
                joinKeyUtf8,
                event.schemaId(),
                event.body(),
                why.getMessage());
    }
}
