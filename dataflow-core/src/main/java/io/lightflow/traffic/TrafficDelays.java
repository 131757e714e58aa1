package io.lightflow.traffic;

/**
 * The least and greatest delays between events that are joined.
 *
 * @param minClickMs from an impression to its click, in ms of event time; 0 if any will do
 * @param clickShadow whether this rule is in shadow mode
 * @param minConversionMs from a click to its conversion, in ms of event time; 0 if any will do
 * @param fastConversionShadow whether this rule is in shadow mode
 * @param maxConversionMs from a click to its conversion, in ms of event time; 0 if any will do
 * @param slowConversionShadow whether this rule is in shadow mode
 */
public record TrafficDelays(
        long minClickMs,
        boolean clickShadow,
        long minConversionMs,
        boolean fastConversionShadow,
        long maxConversionMs,
        boolean slowConversionShadow) {
    public static final TrafficDelays NONE = new TrafficDelays(0, false, 0, false, 0, false);

    public boolean isFastClick(long impressionTime, long clickTime) {
        return minClickMs > 0 && clickTime - impressionTime < minClickMs;
    }

    /**
     * Whether this rule is on, and the click follows too soon on an impression whose placement has a limit of its own.
     *
     * @param placementMinMs that limit, in ms of event time; 0 if any delay will do
     */
    public boolean isFastClick(long impressionTime, long clickTime, long placementMinMs) {
        return minClickMs > 0 && placementMinMs > 0 && clickTime - impressionTime < placementMinMs;
    }

    public boolean isFastConversion(long clickTime, long conversionTime) {
        return minConversionMs > 0 && conversionTime - clickTime < minConversionMs;
    }

    public boolean isSlowConversion(long clickTime, long conversionTime) {
        return maxConversionMs > 0 && conversionTime - clickTime > maxConversionMs;
    }
}
