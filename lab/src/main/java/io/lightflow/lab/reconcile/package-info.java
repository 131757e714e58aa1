/** {@code lab/alter-event}: whether {@code lightflow reconcile} finds one altered event among millions. */
package io.lightflow.lab.reconcile;
