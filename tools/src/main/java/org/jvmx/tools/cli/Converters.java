package org.jvmx.tools.cli;

import java.util.function.Function;
import org.jvmx.error.ConfigException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Makes picocli report our own messages. */
final class Converters {
    private Converters() {
    }

    static <T> ITypeConverter<T> of(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (ConfigException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }
}
