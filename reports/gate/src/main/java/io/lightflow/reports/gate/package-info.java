/** Tells a bidder, without asking anybody, whether a campaign may still spend. */
package io.lightflow.reports.gate;
