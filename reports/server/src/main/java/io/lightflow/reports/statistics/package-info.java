/** Statistics of ads and campaigns in a window of time, with the time up to which they are complete. */
package io.lightflow.reports.statistics;
