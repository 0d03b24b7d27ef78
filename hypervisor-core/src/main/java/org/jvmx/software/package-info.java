/**
 * The software backend: the VMX instructions over the software processor, and guest-physical address spaces built of real EPT paging
 * structures. Start with {@link org.jvmx.software.SoftwareBackend}.
 */
package org.jvmx.software;
