/** Who may use a service, and how a request shows that. */
package io.lightflow.service.access;
