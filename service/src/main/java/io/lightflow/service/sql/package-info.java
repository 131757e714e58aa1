/** Statements on PostgreSQL. */
package io.lightflow.service.sql;
