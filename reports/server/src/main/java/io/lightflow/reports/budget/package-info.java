/** Spent and remaining budgets of campaigns, and decisions whether to bid for them. */
package io.lightflow.reports.budget;
