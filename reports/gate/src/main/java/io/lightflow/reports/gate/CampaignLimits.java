package io.lightflow.reports.gate;

/**
 * What decides about one campaign, with every moment as a value of {@link System#nanoTime}, so that a decision compares
 * numbers only. Immutable.
 *
 * @param standing what holds at all times: ENDED, PAUSED, EXHAUSTED, GOAL_REACHED, or GO for none of them
 * @param advertiser whose campaign it is
 * @param starts moment of its start
 * @param ends moment of its end
 * @param todayOverAt until when its daily budget is exhausted
 * @param lineCatchesUpAt until when it is ahead of its even pace
 * @param dayEnds midnight in its time zone
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

    /** These, with a limit that was reached after they were read. */
    CampaignLimits cut(Cut.Kind kind) {
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
