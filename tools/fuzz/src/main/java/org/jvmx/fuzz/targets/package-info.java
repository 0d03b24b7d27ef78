/** The targets: each takes bytes, does what they say, and throws what no caller may see. */
package org.jvmx.fuzz.targets;
