package io.lightflow.producer.link;

import io.lightflow.event.Impression;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.stream.IntStream;

/**
 * Encodes the signed part of a token: version, kind, key id, time in ms, and the claims. Strings have a length before
 * them.
 */
final class TokenPayload {
    /** Without a campaign, so that links of earlier versions keep their ids. */
    private static final int WITHOUT_CAMPAIGN = 1;

    private static final int VERSION = 2;
    private static final int KEY_ID_AT = 3;
    private static final LinkKind[] KINDS = LinkKind.values();
    /** Immutable values of the fields of an impression. */
    private static final Object[] DEFAULTS = defaults();

    private TokenPayload() {}

    static byte[] write(LinkKind kind, String keyId, LinkClaims claims) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            boolean campaign = !claims.campaignId().isEmpty();
            writeHead(
                    out,
                    campaign ? VERSION : WITHOUT_CAMPAIGN,
                    kind,
                    keyId,
                    claims.time().toEpochMilli());
            writeString(out, claims.impressionId());
            writeString(out, claims.joinKey());
            writeString(out, claims.advertiserId());
            writeString(out, claims.clickId());
            writeString(out, claims.target());
            if (campaign) {
                writeString(out, claims.campaignId());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static byte[] write(String keyId, String joinKey, Impression impression) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writeHead(out, VERSION, LinkKind.IMPRESSION, keyId, impression.getTime());
            writeString(out, joinKey);
            writeString(out, impression.getId());
            writeString(out, impression.getAdvertiserId());
            writeString(out, impression.getCampaignId());
            writeString(out, impression.getCreativeId());
            out.writeLong(impression.getPriceMicros());
            writeString(out, impression.getCurrency());
            writeString(out, impression.getExchange());
            writeString(out, impression.getPublisher());
            writeString(out, impression.getPlacement());
            writeString(out, impression.getCountry());
            writeString(out, impression.getRegion());
            writeString(out, impression.getCity());
            writeString(out, impression.getDevice());
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    private static void writeHead(DataOutputStream out, int version, LinkKind kind, String keyId, long timeMs)
            throws IOException {
        out.writeByte(version);
        out.writeByte(kind.ordinal());
        out.writeByte(keyId.length());
        out.writeBytes(keyId);
        out.writeLong(timeMs);
    }

    private static void writeString(DataOutputStream out, String text) throws IOException {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > SignedLinks.MAX_TOKEN_LENGTH) {
            throw new IllegalArgumentException("string of a link: expected at most " + SignedLinks.MAX_TOKEN_LENGTH
                    + " bytes, found " + utf8.length);
        }
        out.writeShort(utf8.length);
        out.write(utf8);
    }

    /** Reads the key id before the signature is verified; null if there is none. */
    static String keyId(byte[] payload) {
        if (payload.length < KEY_ID_AT
                || payload[0] < WITHOUT_CAMPAIGN
                || payload[0] > VERSION
                || payload.length < KEY_ID_AT + payload[2]) {
            return null;
        }
        return payload[2] <= 0 ? null : new String(payload, KEY_ID_AT, payload[2], StandardCharsets.ISO_8859_1);
    }

    /** Reads the kind of a payload that has a key id; null if the kind is unknown. */
    static LinkKind kind(byte[] payload) {
        return payload[1] >= 0 && payload[1] < KINDS.length ? KINDS[payload[1]] : null;
    }

    /** Reads the claims of a payload whose signature has been verified. */
    static LinkClaims read(byte[] payload) {
        ByteBuffer in = afterKeyId(payload);
        Instant time = Instant.ofEpochMilli(in.getLong());
        return new LinkClaims(
                readString(in),
                readString(in),
                time,
                readString(in),
                readString(in),
                readString(in),
                payload[0] == WITHOUT_CAMPAIGN ? "" : readString(in));
    }

    /** Reads the pixel in a payload whose signature has been verified. */
    static LinkVerdict.GenuinePixel readPixel(byte[] payload) {
        ByteBuffer in = afterKeyId(payload);
        Impression impression = emptyImpression();
        impression.setTime(in.getLong());
        String joinKey = readString(in);
        impression.setId(readString(in));
        impression.setAdvertiserId(readString(in));
        impression.setCampaignId(readString(in));
        impression.setCreativeId(readString(in));
        impression.setPriceMicros(in.getLong());
        impression.setCurrency(readString(in));
        impression.setExchange(readString(in));
        impression.setPublisher(readString(in));
        impression.setPlacement(readString(in));
        impression.setCountry(readString(in));
        impression.setRegion(readString(in));
        impression.setCity(readString(in));
        impression.setDevice(readString(in));
        return new LinkVerdict.GenuinePixel(joinKey, impression);
    }

    /** With the schema's defaults. Avro's builder would look each of them up again, with locks. */
    private static Impression emptyImpression() {
        Impression impression = new Impression();
        for (int field = 0; field < DEFAULTS.length; field++) {
            impression.put(field, DEFAULTS[field]);
        }
        return impression;
    }

    private static Object[] defaults() {
        Impression impression = Impression.newBuilder()
                .setId("")
                .setTime(0)
                .setAdvertiserId("")
                .setCampaignId("")
                .setCreativeId("")
                .setPriceMicros(0)
                .setCurrency("")
                .build();
        return IntStream.range(0, impression.getSchema().getFields().size())
                .mapToObj(impression::get)
                .toArray();
    }

    private static ByteBuffer afterKeyId(byte[] payload) {
        int at = KEY_ID_AT + payload[2];
        return ByteBuffer.wrap(payload, at, payload.length - at);
    }

    private static String readString(ByteBuffer in) {
        int length = Short.toUnsignedInt(in.getShort());
        String string = new String(in.array(), in.position(), length, StandardCharsets.UTF_8);
        in.position(in.position() + length);
        return string;
    }
}
