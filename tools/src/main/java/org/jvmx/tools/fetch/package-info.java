/** Guests that are not bundled: a Linux made from the distribution's own packages. Start with {@link org.jvmx.tools.fetch.LinuxGuest}. */
package org.jvmx.tools.fetch;
