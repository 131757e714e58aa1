/** Click and postback URLs that only the ad servers of one company can create. */
package io.lightflow.producer.link;
