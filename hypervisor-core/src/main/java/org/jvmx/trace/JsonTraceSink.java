package org.jvmx.trace;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jvmx.vm.PolicySwap;
import org.jvmx.vmx.Exit;
import org.jvmx.vmx.ExitReason;
import org.jvmx.vmx.QualificationView;

/** JSON lines: a header object, an object for each exit, a footer object. Addresses and bits are strings in hexadecimal. */
public final class JsonTraceSink implements TraceSink {
    private static final TraceField[] FIELDS = TraceField.values();

    private final OutputStream out;
    private final StringBuilder line = new StringBuilder();

    /** Writes to {@code out} and leaves it open. */
    public JsonTraceSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public void header(TraceHeader header) throws IOException {
        write(headerJson(header));
    }

    static String headerJson(TraceHeader header) {
        StringBuilder text = new StringBuilder("{\"schema\":").append(TraceHeader.SCHEMA);
        string(text, "version", header.version());
        string(text, "backend", header.backend());
        string(text, "guest", header.guest());
        text.append(",\"seed\":").append(header.seed()).append(",\"memory\":").append(header.memory());
        text.append(",\"cpus\":").append(header.cpus()).append(",\"policies\":[");
        List<String> policies = header.policies();
        for (int n = 0; n < policies.size(); n++) {
            text.append(n == 0 ? "" : ",").append(Json.quote(policies.get(n)));
        }
        return text.append("]}").toString();
    }

    static String footerJson(TraceFooter footer) {
        StringBuilder text = new StringBuilder("{\"exits\":").append(footer.exits()).append(",\"counts\":{");
        String comma = "";
        for (Map.Entry<String, Long> count : footer.counts().entrySet()) {
            text.append(comma).append(Json.quote(count.getKey())).append(':').append(count.getValue());
            comma = ",";
        }
        text.append("},\"traceHash\":").append(Json.quote(footer.traceHash()));
        if (!footer.swaps().isEmpty()) {
            text.append(",\"swaps\":[").append(footer.swaps().stream().map(JsonTraceSink::swapJson).collect(Collectors.joining(",")))
                    .append(']');
        }
        return text.append('}').toString();
    }

    private static String swapJson(PolicySwap swap) {
        return "{\"old\":%s,\"new\":%s,\"exits\":%d,\"t\":%d}".formatted(Json.quote(swap.old()), Json.quote(swap.fresh()), swap.exits(),
                swap.nanos());
    }

    private static void string(StringBuilder text, String name, String value) {
        text.append(",\"").append(name).append("\":").append(Json.quote(value));
    }

    @Override
    public void record(long n, long[] fields) throws IOException {
        line.setLength(0);
        line.append("{\"n\":").append(n);
        line.append(",\"vcpu\":").append(fields[TraceField.VCPU.ordinal()]);
        line.append(",\"t\":").append(fields[TraceField.TIME.ordinal()]);
        hex("rip", fields[TraceField.RIP.ordinal()]);
        long why = fields[TraceField.REASON.ordinal()];
        ExitReason reason = ExitReason.of(why);
        line.append(",\"reason\":\"").append(reason == null ? Long.toString(why & 0xffff) : reason.name()).append('"');
        if ((why & Exit.ENTRY_FAILURE) != 0) {
            line.append(",\"entryFailure\":true");
        }
        boolean qualified = reason == null || reason.view() != QualificationView.NONE;
        for (int at = TraceField.QUALIFICATION.ordinal(); at < FIELDS.length; at++) {
            if (fields[at] != 0 || qualified && at == TraceField.QUALIFICATION.ordinal()) {
                field(FIELDS[at], fields[at]);
            }
        }
        write(line.append('}'));
    }

    private void field(TraceField field, long value) {
        if (field == TraceField.ACCESS) {
            line.append(",\"access\":\"").append(TraceField.access(value)).append('"');
        } else if (field.isDecimal()) {
            line.append(",\"").append(field.label()).append("\":").append(value);
        } else {
            hex(field.label(), value);
        }
    }

    private void hex(String name, long value) {
        line.append(",\"").append(name).append("\":\"0x").append(Long.toHexString(value)).append('"');
    }

    @Override
    public void footer(TraceFooter footer) throws IOException {
        write(footerJson(footer));
    }

    private void write(CharSequence text) throws IOException {
        out.write(text.toString().getBytes(StandardCharsets.UTF_8));
        out.write('\n');
    }
}
