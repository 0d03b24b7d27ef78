package org.jvmx.arch;

import java.util.Locale;
import org.jvmx.error.ConfigException;

/** The names of processor models: a model, then features to take away ({@code -avx}) or to insist on ({@code +aes}), with commas between. */
public final class ModelName {
    private ModelName() {
    }

    /**
     * The model of that name.
     *
     * @throws ConfigException if there is none
     */
    public static ProcessorModel parse(String name) {
        String[] parts = name.split(",");
        ProcessorModel model = ProcessorModel.jvmxV1();
        if (!parts[0].equals(model.name())) {
            throw new ConfigException("there is no processor model '%s'; there is %s".formatted(parts[0], model.name()));
        }
        for (int n = 1; n < parts.length; n++) {
            model = change(model, parts[n]);
        }
        return model;
    }

    private static ProcessorModel change(ProcessorModel model, String change) {
        CpuidBit bit = bit(change);
        if (change.startsWith("-")) {
            return model.without(bit);
        }
        if (!model.offers(bit)) {
            throw new ConfigException("the processor model %s has no %s to add: a model's features can only be taken away"
                    .formatted(model.name(), change.substring(1)));
        }
        return model;
    }

    private static CpuidBit bit(String change) {
        if (change.startsWith("+") || change.startsWith("-")) {
            String wanted = letters(change.substring(1));
            for (CpuidBit bit : CpuidBit.values()) {
                if (letters(bit.name()).equals(wanted)) {
                    return bit;
                }
            }
        }
        throw new ConfigException("'%s' changes no processor model: write +feature or -feature, as in -aes".formatted(change));
    }

    /** Only letters and digits count: sse4.2, sse4_2 and SSE42 are the same. */
    private static String letters(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
