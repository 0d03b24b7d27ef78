/**
 * What a machine asks of the loader and gets from it: {@link org.jvmx.loader.Format} and {@link org.jvmx.loader.BootOptions} go in,
 * {@link org.jvmx.loader.BootState} comes out, and a {@link org.jvmx.loader.LoadException} says why not. Plain data; everything else is in
 * {@code format} (what a file is), {@code payload} (how a kernel is compressed), {@code protocol} (how a kernel is entered) and
 * {@code initramfs}.
 */
package org.jvmx.loader;
