/** Looks at the host. Changes nothing on it. Start with {@link org.jvmx.tools.doctor.Host}. */
package org.jvmx.tools.doctor;
