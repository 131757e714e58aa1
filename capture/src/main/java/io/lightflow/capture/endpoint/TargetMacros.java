package io.lightflow.capture.endpoint;

import io.lightflow.producer.link.LinkClaims;
import io.lightflow.producer.link.LinkKind;
import io.lightflow.producer.link.LinkVerdict.Genuine;
import io.lightflow.producer.link.SignedLinks;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fills the macros in the target of a click link. Values are encoded, so they cannot leave their place in the URL. */
final class TargetMacros {
    private static final Pattern MACRO = Pattern.compile("\\{([a-z_]{1,20})}");
    /** Everything else in a URL is encoded; a percent sign is kept, since the target may be encoded already. */
    private static final String LEGAL = "-._~:/?#[]@!$&'()*+,;=%";

    private static final String UNRESERVED = "-._~";

    private final SignedLinks links;
    private final Genuine link;
    private final String joinKey;

    /** @param joinKey under which the click is stored */
    TargetMacros(SignedLinks links, Genuine link, String joinKey) {
        this.links = links;
        this.link = link;
        this.joinKey = joinKey;
    }

    /** The target with values in place of its macros, as a header can carry it. */
    String location() {
        String target = link.claims().target();
        if (target.indexOf('{') < 0) {
            return encode(target, LEGAL);
        }
        StringBuilder filled = new StringBuilder();
        Matcher macro = MACRO.matcher(target);
        int from = 0;
        while (macro.find()) {
            Supplier<String> value = value(macro.group(1));
            if (value != null) {
                filled.append(encode(target.substring(from, macro.start()), LEGAL))
                        .append(encode(value.get(), UNRESERVED));
                from = macro.end();
            }
        }
        return filled.append(encode(target.substring(from), LEGAL)).toString();
    }

    /** Null if there is no such macro. */
    private Supplier<String> value(String macro) {
        LinkClaims claims = link.claims();
        return switch (macro) {
            case "click_id" -> link::eventId;
            case "impression_id" -> claims::impressionId;
            case "advertiser_id" -> claims::advertiserId;
            case "campaign_id" -> claims::campaignId;
            case "postback" -> this::postback;
            default -> null;
        };
    }

    /** The same for each call of the link, so that the conversions of a replayed link are duplicates, too. */
    private String postback() {
        LinkClaims claims = link.claims();
        return links.token(
                LinkKind.POSTBACK,
                LinkClaims.of(claims.impressionId(), joinKey, claims.time())
                        .withAdvertiser(claims.advertiserId())
                        .withCampaign(claims.campaignId())
                        .withClick(link.eventId()));
    }

    private static String encode(String string, String legal) {
        StringBuilder encoded = new StringBuilder(string.length());
        for (byte value : string.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (value & 0xFF);
            boolean plain = character < 0x80 && Character.isLetterOrDigit(character) || legal.indexOf(character) >= 0;
            if (plain) {
                encoded.append(character);
            } else {
                encoded.append('%').append(hex(character >> 4)).append(hex(character & 15));
            }
        }
        return encoded.toString();
    }

    private static char hex(int digit) {
        return "0123456789ABCDEF".charAt(digit);
    }
}
