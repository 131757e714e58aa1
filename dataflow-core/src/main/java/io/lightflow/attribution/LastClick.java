package io.lightflow.attribution;

import io.lightflow.event.Conversion;
import java.util.Comparator;
import java.util.List;

/**
 * Attributes a conversion to the last click at or before it, within the look-back window. Clicks qualify by the click
 * or impression that the conversion names, or by its advertiser if it names none. Without such a click, the last
 * impression within the view-through window wins. Ties are broken by id.
 */
public final class LastClick implements Attribution {
    private static final Comparator<ClickCandidate> CLICKS_BY_TIME =
            Comparator.comparingLong(ClickCandidate::time).thenComparing(ClickCandidate::id);
    private static final Comparator<ViewCandidate> VIEWS_BY_TIME =
            Comparator.comparingLong(ViewCandidate::time).thenComparing(ViewCandidate::id);

    @Override
    public Verdict decide(
            Conversion conversion, List<ClickCandidate> clicks, List<ViewCandidate> impressions, Windows windows) {
        long until = conversion.getTime();
        long sinceClick = until - windows.clickLookBack().toMillis();
        ClickCandidate last = null;
        for (ClickCandidate click : clicks) {
            boolean counts = click.status() != ClickCandidate.Status.ORPHANED
                    && click.time() <= until
                    && click.time() >= sinceClick
                    && names(conversion, click);
            if (counts && (last == null || CLICKS_BY_TIME.compare(click, last) > 0)) {
                last = click;
            }
        }
        if (last != null) {
            return last.status() == ClickCandidate.Status.JOINED ? new Verdict.ToClick(last) : Verdict.UNDECIDED;
        }
        long sinceView = until - windows.viewThrough().toMillis();
        ViewCandidate view = null;
        for (ViewCandidate impression : impressions) {
            boolean counts = !windows.viewThrough().isZero()
                    && impression.time() <= until
                    && impression.time() >= sinceView
                    && names(conversion, impression);
            if (counts && (view == null || VIEWS_BY_TIME.compare(impression, view) > 0)) {
                view = impression;
            }
        }
        return view == null ? Verdict.UNATTRIBUTED : new Verdict.ToView(view);
    }

    private static boolean names(Conversion conversion, ClickCandidate click) {
        if (conversion.getClickId() != null) {
            return conversion.getClickId().equals(click.id());
        }
        if (conversion.getImpressionId() != null) {
            return conversion.getImpressionId().equals(click.impressionId());
        }
        return conversion.getAdvertiserId().equals(click.advertiserId());
    }

    /** A conversion that names a click is never attributed to a view, even if the click is missing or an orphan. */
    private static boolean names(Conversion conversion, ViewCandidate impression) {
        if (conversion.getClickId() != null) {
            return false;
        }
        if (conversion.getImpressionId() != null) {
            return conversion.getImpressionId().equals(impression.id());
        }
        return conversion.getAdvertiserId().equals(impression.advertiserId());
    }
}
