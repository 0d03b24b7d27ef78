/**
 * The command line. Start with {@link org.jvmx.tools.cli.Main}; {@link org.jvmx.tools.cli.RunCommand} is a client of
 * {@link org.jvmx.tools.pc.Pc}. Guest bytes go to standard output untouched, everything that JVMX says goes to standard error.
 */
package org.jvmx.tools.cli;
