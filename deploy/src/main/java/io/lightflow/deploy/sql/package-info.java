/** {@code lightflow sql}: queries over the archive of a group or of a local stack. */
package io.lightflow.deploy.sql;
