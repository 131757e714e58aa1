/** What the statistics tables say of ads and campaigns in a window of time, and up to when it is complete. */
package io.lightflow.reports.statistics;
