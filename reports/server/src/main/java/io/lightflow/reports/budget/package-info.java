/** What campaigns have spent and have left, and whether to bid for them. */
package io.lightflow.reports.budget;
