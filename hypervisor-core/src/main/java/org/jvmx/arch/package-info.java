/** The vocabulary of the x86 architecture as data: register bits, vectors, MSR numbers. Depends on nothing. */
package org.jvmx.arch;
