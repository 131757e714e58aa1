/** Decides in memory, without a request, whether a campaign may still spend. */
package io.lightflow.reports.gate;
