package io.lightflow.join;

import io.lightflow.event.AttributionKind;
import io.lightflow.event.EventType;
import io.lightflow.event.TrafficVerdict;
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

    void impression(StoredEvent impression) {
        emitted(EventType.IMPRESSION, Entry.JOINED, impression.traffic());
        block.send(block.encoder()
                .impression(joinKeyUtf8, block.trace(impression, impression.traffic()), impression.body()));
    }

    void tag(StoredEvent tag) {
        emitted(EventType.TAG, Entry.JOINED, tag.traffic());
        block.send(block.encoder().tag(joinKeyUtf8, block.trace(tag, tag.traffic()), tag.body()));
    }

    private void emitted(EventType type, Entry entry, TrafficVerdict traffic) {
        block.count(type, entry, 1);
        if (traffic.isInvalid()) {
            block.count(type, Entry.INVALID, 1);
        }
    }

    void orphan(StoredEvent click) {
        byte[] body;
        try {
            body = block.bodies().compiled(EventType.CLICK, click);
        } catch (UnreadableBodyException e) {
            setAside(EventType.CLICK, click, e);
            return;
        }
        emitted(EventType.CLICK, Entry.ORPHANED, click.traffic());
        block.send(block.encoder().orphan(joinKeyUtf8, block.trace(click, click.traffic()), body));
    }

    void joined(StoredEvent click, StoredEvent impression) {
        byte[] clickBody;
        byte[] impressionBody;
        try {
            clickBody = block.bodies().compiled(EventType.CLICK, click);
            impressionBody = block.bodies().compiled(EventType.IMPRESSION, impression);
        } catch (UnreadableBodyException e) {
            setAside(EventType.CLICK, click, e);
            return;
        }
        TrafficVerdict traffic = KeyTraffic.joined(click, impression);
        emitted(EventType.CLICK, Entry.JOINED, traffic);
        block.send(block.encoder()
                .click(
                        joinKeyUtf8,
                        block.trace(click, traffic),
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
            StoredEvent conversion, AttributionKind kind, int clickNumber, StoredEvent click, StoredEvent impression) {
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
        TrafficVerdict traffic =
                switch (kind) {
                    case CLICK -> KeyTraffic.attributed(conversion, click, impression);
                    case VIEW -> KeyTraffic.attributed(conversion, impression);
                    case NONE -> conversion.traffic();
                };
        emitted(EventType.CONVERSION, kind == AttributionKind.NONE ? Entry.UNATTRIBUTED : Entry.JOINED, traffic);
        block.send(block.encoder()
                .conversion(
                        joinKeyUtf8,
                        block.trace(conversion, traffic),
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
