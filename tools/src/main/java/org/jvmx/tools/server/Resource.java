package org.jvmx.tools.server;

/** What is at one path. Called on the server's thread: it must not block. */
@FunctionalInterface
public interface Resource {
    /**
     * A representation.
     *
     * @param type its media type, with parameters
     */
    record Content(String type, byte[] bytes) {
    }

    /**
     * The present content.
     *
     * @param accept the request's Accept header; empty if it has none
     */
    Content get(String accept);
}
