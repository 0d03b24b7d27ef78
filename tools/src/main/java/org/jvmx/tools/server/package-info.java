/**
 * HTTP for monitoring and, later, control: a small server on Netty that answers from named resources. Knows no machine. Start with
 * {@link org.jvmx.tools.server.HttpEndpoint}.
 */
package org.jvmx.tools.server;
