/** Statements on PostgreSQL. */
package io.lightflow.reports.store;
