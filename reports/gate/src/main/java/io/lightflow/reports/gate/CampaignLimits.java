package io.lightflow.reports.gate;

/**
 * The limits of one campaign. Every moment is a value of {@link System#nanoTime}, so a decision only compares numbers.
 * Immutable.
 *
 * @param standing the decision that is independent of time: ENDED, PAUSED, EXHAUSTED, GOAL_REACHED, or GO for none of
 *     them
 * @param advertiser the campaign's advertiser
 * @param starts when the campaign starts
 * @param ends when the campaign ends
 * @param todayOverAt until when the daily budget is exhausted
 * @param lineCatchesUpAt until when the campaign is ahead of its even pace
 * @param dayEnds midnight in the campaign's time zone
 */
record CampaignLimits(
        Decision standing,
        String advertiser,
        long starts,
        long ends,
        long todayOverAt,
        long lineCatchesUpAt,
        long dayEnds) {

    Decision at(long now) {
        if (standing == Decision.ENDED || now - ends >= 0) {
            return Decision.ENDED;
        }
        if (standing == Decision.PAUSED) {
            return Decision.PAUSED;
        }
        if (now - starts < 0) {
            return Decision.NOT_STARTED;
        }
        if (standing != Decision.GO) {
            return standing;
        }
        if (now - todayOverAt < 0) {
            return Decision.EXHAUSTED_TODAY;
        }
        return now - lineCatchesUpAt < 0 ? Decision.AHEAD_OF_PACE : Decision.GO;
    }

    /** Returns these limits with one that was reached after they were read. */
    CampaignLimits with(ExhaustionNotice.Kind kind) {
        return switch (kind) {
            case TOTAL -> exhausted(Decision.EXHAUSTED);
            case GOAL -> exhausted(Decision.GOAL_REACHED);
            case DAY -> new CampaignLimits(standing, advertiser, starts, ends, dayEnds, lineCatchesUpAt, dayEnds);
        };
    }

    private CampaignLimits exhausted(Decision decision) {
        return standing == Decision.GO
                ? new CampaignLimits(decision, advertiser, starts, ends, todayOverAt, lineCatchesUpAt, dayEnds)
                : this;
    }
}
