/** The dashboard, and what it alone asks for. */
package io.lightflow.reports.page;
