/** Archives that Linux unpacks as its first root file system. */
package org.jvmx.loader.initramfs;
