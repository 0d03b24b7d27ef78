package org.jvmx.vmx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VmcsFieldTest {
    private static final Path GOLDEN = Path.of("src/test/golden/vmcs-fields.csv");

    @Test
    void namesAndEncodingsAreTheGoldenOnes() throws IOException {
        List<String> actual = new ArrayList<>();
        for (VmcsField field : VmcsField.values()) {
            actual.add("%s,0x%04x".formatted(field, field.encoding()));
        }
        assertEquals(Files.readAllLines(GOLDEN), actual);
    }

    @Test
    void everyEncodingLeadsBackToItsField() {
        for (VmcsField field : VmcsField.values()) {
            assertSame(field, VmcsField.of(field.encoding()));
            assertSame(field.width() == VmcsField.Width.W64 ? field : null, VmcsField.of(field.encoding() | 1));
        }
    }

    @Test
    void whatIsNoEncodingHasNoField() {
        assertNull(VmcsField.of(0x6830));
        assertNull(VmcsField.of(0x1_0000));
        assertNull(VmcsField.of(0x1000));
        assertNull(VmcsField.of(-1));
        assertNull(VmcsField.of(0x200));
        int found = 0;
        for (int encoding = 0; encoding < 0x8000; encoding += 2) {
            found += VmcsField.of(encoding) == null ? 0 : 1;
        }
        assertEquals(VmcsField.COUNT, found);
    }

    @Test
    void theDataOfAVmcsFitsInItsRegion() {
        assertTrue(16 + 8 * VmcsField.COUNT <= CapabilityMsrs.REGION_SIZE);
    }
}
