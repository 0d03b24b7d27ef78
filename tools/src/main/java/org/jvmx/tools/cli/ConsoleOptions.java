package org.jvmx.tools.cli;

import picocli.CommandLine.Option;

/** Where the guest's input and output go. */
final class ConsoleOptions {
    @Option(names = {"--serial", "-serial"}, paramLabel = "PEER", description = {
        "What is at the serial port: stdio, none, file:PATH, tcp:HOST:PORT (connects; with ',server' it waits for a connection),",
        "requests (a client that sends bytes and waits for replies, by the guest's time). Default: stdio; none with --display text;",
        "requests for the guest echo."})
    String serial;

    @Option(names = {"--display",
        "-display"}, paramLabel = "KIND", defaultValue = "none", description = "none, or text: the VGA text screen and the keyboard on this terminal. Default: ${DEFAULT-VALUE}.")
    String display;

    @Option(names = "-nographic", hidden = true)
    boolean noGraphic;
}
