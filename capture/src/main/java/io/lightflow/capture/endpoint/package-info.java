/** The paths of the server: each turns a request into an event and a reply. */
package io.lightflow.capture.endpoint;
