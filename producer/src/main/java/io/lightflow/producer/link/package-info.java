/** Click and postback URLs that only the ad servers of one company can make. */
package io.lightflow.producer.link;
