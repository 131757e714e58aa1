package io.lightflow.join;

import io.lightflow.attribution.Windows;
import io.lightflow.traffic.TrafficDelays;

/**
 * The rules that applied to a click or a conversion when it arrived. They are stored with it, and a changed setting
 * does not affect it (invariant J).
 *
 * @param windows the windows of its advertiser
 * @param allowedDisorderMs how much older than its predecessors an event could be and still be on time
 * @param delays the least delays between events that are joined
 */
record ArrivalRules(Windows windows, long allowedDisorderMs, TrafficDelays delays) {}
