/** Rules on figures, their evaluation by one of several servers, and messages to webhooks and by mail. */
package io.lightflow.reports.alert;
