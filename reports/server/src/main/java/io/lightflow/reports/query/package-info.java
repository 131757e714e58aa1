/** Queries over the archive's events, in processes of their own. */
package io.lightflow.reports.query;
