package org.jvmx.tools.cli;

import java.util.Locale;
import java.util.Map;
import org.jvmx.tools.pc.Outcome;
import org.jvmx.vmx.ExitReason;

/** The summary of a run as one JSON object on one line. */
final class JsonSummary {
    private static final int SCHEMA = 1;

    private final StringBuilder text = new StringBuilder("{\"schema\":" + SCHEMA);

    private JsonSummary() {
    }

    /** Of a run that took place; without a trace hash if there is none that another run would have, too. */
    static String of(Outcome outcome, String traceHash, String artefact) {
        JsonSummary json = new JsonSummary();
        String kind = outcome.reason().kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        json.string("outcome", kind).number("exitCode", outcome.exitCode()).string("message", outcome.reason().message());
        json.number("instructions", outcome.instructions()).number("virtualNanos", outcome.virtualNanos());
        json.number("wallNanos", outcome.wallNanos()).number("reboots", outcome.reboots());
        json.text.append(",\"exits\":{");
        String separator = "";
        for (Map.Entry<ExitReason, Long> exit : outcome.exits().entrySet()) {
            json.text.append(separator).append('"').append(exit.getKey().name()).append("\":").append(exit.getValue());
            separator = ",";
        }
        json.text.append('}');
        json.text.append(",\"deterministic\":").append(traceHash != null);
        if (traceHash != null) {
            json.string("traceHash", traceHash);
        }
        return json.string("artefact", artefact).end();
    }

    /** Of a run that did not take place. */
    static String failure(String outcome, int exitCode, String message) {
        return new JsonSummary().string("outcome", outcome).number("exitCode", exitCode).string("message", message).end();
    }

    private JsonSummary number(String name, long value) {
        text.append(",\"").append(name).append("\":").append(value);
        return this;
    }

    private JsonSummary string(String name, String value) {
        text.append(",\"").append(name).append("\":\"");
        for (int n = 0; n < value.length(); n++) {
            char c = value.charAt(n);
            if (c == '"' || c == '\\') {
                text.append('\\').append(c);
            } else if (c < ' ') {
                text.append("\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('"');
        return this;
    }

    private String end() {
        return text.append('}').toString();
    }
}
