/**
 * The host's failures: what a person can put right. The guest's faults never leave a backend, and our own are assertions. Depends on nothing.
 */
package org.jvmx.error;
