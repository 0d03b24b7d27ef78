package org.jvmx.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jvmx.error.ConfigException;

class ValuesTest {
    @ParameterizedTest
    @CsvSource({"256M,268435456", "1G,1073741824", "64k,65536", "512,536870912", "2GiB,2147483648", "4096b,4096", "1g,1073741824",
        "64KB,65536"})
    void sizesAreRead(String text, long bytes) {
        assertEquals(bytes, ByteSize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "-1M", "0", "1.5G", "256X", "9999999999999T", "1 G"})
    void whatIsNoSizeIsRefused(String text) {
        assertThrows(ConfigException.class, () -> ByteSize.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"30,30000000000", "30s,30000000000", "500ms,500000000", "5m,300000000000", "1.5h,5400000000000", "10us,10000", "7ns,7"})
    void durationsAreRead(String text, long nanos) {
        assertEquals(nanos, TimeSpan.parse(text).duration().toNanos());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-3s", "0", "0.1ns", "5 s", "1d", "1e9s"})
    void whatIsNoDurationIsRefused(String text) {
        assertThrows(ConfigException.class, () -> TimeSpan.parse(text));
    }

    @ParameterizedTest
    @CsvSource({"500ms,0.5 s", "30,30 s", "100s,100 s", "1m,60 s"})
    void durationsAreShownInSeconds(String text, String shown) {
        assertEquals(shown, TimeSpan.parse(text).toString());
    }

    @Test
    void sizesAreShownInTheLargestUnit() {
        assertEquals("1G", new ByteSize(1 << 30).toString());
        assertEquals("1536M", ByteSize.parse("1536M").toString());
        assertEquals("64k", ByteSize.parse("64k").toString());
    }
}
