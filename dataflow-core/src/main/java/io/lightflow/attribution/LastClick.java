package io.lightflow.attribution;

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
            ConversionFacts conversion, List<ClickCandidate> clicks, List<ViewCandidate> impressions, Windows windows) {
        long until = conversion.time();
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

    private static boolean names(ConversionFacts conversion, ClickCandidate click) {
        if (conversion.clickId() != null) {
            return conversion.clickId().equals(click.id());
        }
        if (conversion.impressionId() != null) {
            return conversion.impressionId().equals(click.impressionId());
        }
        return conversion.advertiserId().equals(click.advertiserId());
    }

    /** A conversion that names a click is never attributed to a view, even if the click is missing or an orphan. */
    private static boolean names(ConversionFacts conversion, ViewCandidate impression) {
        if (conversion.clickId() != null) {
            return false;
        }
        if (conversion.impressionId() != null) {
            return conversion.impressionId().equals(impression.id());
        }
        return conversion.advertiserId().equals(impression.advertiserId());
    }
}
