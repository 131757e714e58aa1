/** Campaigns: made, changed, listed and audited over HTTP. */
package io.lightflow.reports.campaign;
