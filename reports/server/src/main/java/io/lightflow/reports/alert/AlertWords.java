package io.lightflow.reports.alert;

import io.lightflow.reports.alert.AlertCondition.Basis;
import io.lightflow.reports.alert.AlertCondition.Side;
import io.lightflow.reports.alert.AlertFigure.Unit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Sentences about alerts. */
final class AlertWords {
    private static final int MICRO_DIGITS = 6;

    private AlertWords() {}

    /**
     * The finding of an evaluation.
     *
     * @param value null if the figure is not watched any more
     */
    static String of(AlertRule rule, String subject, boolean fires, BigDecimal value) {
        String of = subject.isEmpty() ? "" : " of " + subject;
        if (value == null) {
            return rule.condition().figure().words() + of + " is not watched any more";
        }
        AlertCondition condition = rule.condition();
        boolean isPrevious = condition.comparedWith() == Basis.PREVIOUS_PERIOD;
        Unit unit = isPrevious ? Unit.SHARE : condition.figure().unit();
        String side = fires
                ? condition.is() == Side.AT_LEAST ? "at least " : "at most "
                : condition.is() == Side.AT_LEAST ? "below " : "above ";
        BigDecimal bound = fires ? condition.threshold() : condition.resolveThreshold();
        return condition.figure().words() + of + " is " + amount(unit, value)
                + (isPrevious ? " of the previous period" : "") + ", " + side + amount(unit, bound);
    }

    private static String amount(Unit unit, BigDecimal value) {
        return switch (unit) {
            case COUNT -> plain(value);
            case MICROS -> plain(value.movePointLeft(MICRO_DIGITS));
            case SHARE -> plain(value.movePointRight(2).setScale(2, RoundingMode.HALF_UP)) + "%";
            case SECONDS -> time(Duration.ofSeconds(value.longValue()));
        };
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    private static String time(Duration time) {
        return time.toMinutes() == 0
                ? time.toSeconds() + " s"
                : time.toMinutes() + " min" + (time.toSecondsPart() == 0 ? "" : " " + time.toSecondsPart() + " s");
    }
}
