/** Queries over the archive. {@link io.lightflow.sql.SqlEngine} runs them within {@link io.lightflow.sql.SqlLimits}. */
package io.lightflow.sql;
