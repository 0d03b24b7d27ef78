/**
 * What devices see of a machine: port and memory-mapped accesses, interrupt lines, time. Interfaces of primitives, defined by their users;
 * the buses route an access to the one device that is mapped there.
 */
package org.jvmx.bus;
