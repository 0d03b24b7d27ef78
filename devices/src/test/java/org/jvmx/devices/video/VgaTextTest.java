package org.jvmx.devices.video;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jvmx.devices.FakeClock;
import org.jvmx.devices.Fuzz;
import org.jvmx.memory.GuestMemory;
import org.jvmx.memory.HostMemory;

class VgaTextTest {
    private final HostMemory host = new HostMemory(1L << 20);
    private final GuestMemory memory = new GuestMemory(host, List.of(new GuestMemory.Range(0xb_0000, 0x1_0000, 0x1000)));
    private final FakeClock clock = new FakeClock();
    private final VgaText vga = new VgaText(clock, memory);

    @AfterEach
    void close() {
        host.close();
    }

    private void print(int cell, String text) {
        for (int i = 0; i < text.length(); i++) {
            memory.writeByte(0xb_8000 + 2 * (cell + i), text.charAt(i));
        }
    }

    private void crtc(int register, int value) {
        vga.out(0x14, 2, register | value << 8);
    }

    @Test
    void rendersTheScreen() {
        print(0, "Hello");
        print(80 * 24 + 77, "end");
        memory.writeByte(0xb_8000 + 160, 0xc9);
        List<String> screen = vga.render();
        assertEquals(25, screen.size());
        assertEquals("Hello", screen.get(0));
        assertEquals("╔", screen.get(1));
        assertEquals("", screen.get(2));
        assertEquals(" ".repeat(77) + "end", screen.get(24));
    }

    @Test
    void startAddressScrolls() {
        print(80, "second");
        crtc(0x0c, 0);
        crtc(0x0d, 80);
        assertEquals("second", vga.render().get(0));
    }

    @Test
    void cursorIsReadBack() {
        crtc(0x0e, 0x01);
        crtc(0x0f, 0x23);
        assertEquals(0x123, vga.cursor());
        vga.out(0x14, 0x0f);
        assertEquals(0x23, vga.in(0x15));
    }

    @Test
    void protectedRegistersKeepTheirValues() {
        crtc(0x00, 0x11);
        vga.out(0x14, 0);
        assertEquals(0x5f, vga.in(0x15));
        crtc(0x11, 0x0e);
        crtc(0x00, 0x11);
        vga.out(0x14, 0);
        assertEquals(0x11, vga.in(0x15));
    }

    @Test
    void attributeFlipFlopIsResetByTheStatusRegister() {
        vga.in(0x1a);
        vga.out(0, 0x30);
        vga.out(0, 0x0c);
        vga.in(0x1a);
        vga.out(0, 0x30);
        assertEquals(0x0c, vga.in(1));
    }

    @Test
    void paletteIsReadBack() {
        vga.out(0x08, 5);
        for (int i = 1; i <= 6; i++) {
            vga.out(0x09, i);
        }
        vga.out(0x07, 6);
        assertEquals(4, vga.in(0x09));
        assertEquals(5, vga.in(0x09));
    }

    @Test
    void retraceBitsToggle() {
        int seen = 0;
        for (int i = 0; i < 2000; i++) {
            seen |= 1 << vga.in(0x1a);
            clock.advance(10_007);
        }
        assertEquals(1 | 1 << 1 | 1 << 9, seen);
    }

    @Test
    void printableCharactersMatchTheLibrarysCodePage() {
        Charset charset = Charset.forName("IBM437");
        for (int code = 0x20; code < 0x100; code++) {
            if (code != 0x7f && code != 0xff) {
                assertEquals(new String(new byte[] {(byte) code}, charset), String.valueOf(CodePage437.unicode(code)),
                        Integer.toHexString(code));
            }
        }
        assertEquals('☺', CodePage437.unicode(1));
        assertEquals('▼', CodePage437.unicode(0x1f));
    }

    @Test
    void randomAccessesThrowNothingAndStateIsComplete() {
        SplittableRandom random = new SplittableRandom(13);
        Fuzz.run(Fuzz.Target.ports(clock, vga, 0x20), random, 50_000);
        assertEquals(25, vga.render().size());
        assertTrue(vga.cursor() > -0x1_0000);
        FakeClock other = new FakeClock();
        VgaText twin = new VgaText(other, memory);
        other.drift(clock.nanos());
        twin.restore(vga.state());
        Fuzz.compare(Fuzz.Target.ports(clock, vga, 0x20), Fuzz.Target.ports(other, twin, 0x20), 1, 5_000);
    }
}
