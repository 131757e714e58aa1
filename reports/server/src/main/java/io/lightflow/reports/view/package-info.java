/** Views of the dashboard that accounts save and share. */
package io.lightflow.reports.view;
