/** Where and how a service answers, and what it measures of that. */
package io.lightflow.service.http;
