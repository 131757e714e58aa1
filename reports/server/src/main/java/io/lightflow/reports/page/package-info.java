/** The dashboard and the paths that only it uses. */
package io.lightflow.reports.page;
