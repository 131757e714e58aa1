/** HTTP/1.1 and HTTP/2 on Netty. */
package io.lightflow.capture.http;
