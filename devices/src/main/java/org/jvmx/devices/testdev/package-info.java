/** The device that kvm-unit-tests expect of a test machine. */
package org.jvmx.devices.testdev;
