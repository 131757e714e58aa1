/** The processes in which the reports server runs queries over events. */
package io.lightflow.deploy.query;
