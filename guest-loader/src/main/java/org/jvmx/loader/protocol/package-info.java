/**
 * How a kernel is entered: {@link org.jvmx.loader.protocol.Loader} puts an image, and what its boot protocol wants beside it, into guest
 * memory and gives the processor state. What the loader itself writes has these preferred places; where an image is in the way, the next
 * free place is taken:
 *
 * <pre>
 * 0x00500  GDT: flat code 0x10, flat data 0x18 (protected and long mode)
 * 0x01000  PML4, 0x2000 PDPT, 0x3000-0x6fff page directories: the first 4 GiB identity-mapped by 2 MiB pages (long mode)
 * 0x07c00  initial stack, downwards
 * 0x10000  Linux boot_params, or the 16-bit setup code; or the Multiboot or PVH information
 * 0x20000  Linux command line
 * </pre>
 */
package org.jvmx.loader.protocol;
