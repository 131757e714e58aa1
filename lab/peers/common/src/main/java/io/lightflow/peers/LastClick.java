package io.lightflow.peers;

import io.lightflow.event.Click;
import io.lightflow.event.Conversion;

/**
 * The rule of attribution: the last click at or before the conversion, on the click or impression that the conversion
 * names, or of its advertiser if it names none. Ties are broken by the click's id.
 */
public final class LastClick {
    private LastClick() {}

    /** Whether the click qualifies for the conversion. */
    public static boolean qualifies(Click click, Conversion conversion) {
        long ageMs = conversion.getTime() - click.getTime();
        return ageMs >= 0 && ageMs <= PeerSettings.WINDOW_MS && isNamed(click, conversion);
    }

    private static boolean isNamed(Click click, Conversion conversion) {
        if (conversion.getClickId() != null) {
            return conversion.getClickId().equals(click.getId());
        }
        if (conversion.getImpressionId() != null) {
            return conversion.getImpressionId().equals(click.getImpressionId());
        }
        return conversion.getAdvertiserId().equals(click.getAdvertiserId());
    }

    /** @param best null if there is none yet */
    public static boolean isLater(Click click, Click best) {
        return best == null
                || click.getTime() > best.getTime()
                || click.getTime() == best.getTime() && click.getId().compareTo(best.getId()) > 0;
    }
}
