/** What a request tells about the browser that sent it. */
package io.lightflow.capture.client;
