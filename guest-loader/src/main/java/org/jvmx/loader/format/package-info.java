/** What a file is: {@link org.jvmx.loader.format.GuestImage} finds out and reads headers; nothing here touches guest memory. */
package org.jvmx.loader.format;
