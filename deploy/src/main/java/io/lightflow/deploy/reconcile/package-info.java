/**
 * {@code lightflow reconcile}: compares topics, tables of the archive and PostgreSQL for an hour of event time. It
 * reads records with Avro's generic decoder and counts with SQL, and shares no code for rows with the topologies.
 */
package io.lightflow.deploy.reconcile;
