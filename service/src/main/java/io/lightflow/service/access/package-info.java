/** The accounts of a service and the authentication of requests. */
package io.lightflow.service.access;
