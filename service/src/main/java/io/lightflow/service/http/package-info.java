/** The HTTP server of a service and its metrics. */
package io.lightflow.service.http;
