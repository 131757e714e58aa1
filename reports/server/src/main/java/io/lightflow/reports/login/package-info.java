/** Log-in with OpenID Connect, beside that with the tokens of the settings. */
package io.lightflow.reports.login;
