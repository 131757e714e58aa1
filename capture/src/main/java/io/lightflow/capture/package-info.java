/** The HTTP server between browsers and light events. */
package io.lightflow.capture;
