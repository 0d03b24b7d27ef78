/** A VGA adapter in text mode. Start with {@link org.jvmx.devices.video.VgaText}. */
package org.jvmx.devices.video;
