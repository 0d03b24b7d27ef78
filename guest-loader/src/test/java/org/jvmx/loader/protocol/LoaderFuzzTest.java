package org.jvmx.loader.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.jvmx.loader.BootModule;
import org.jvmx.loader.BootOptions;
import org.jvmx.loader.BootState;
import org.jvmx.loader.Format;
import org.jvmx.loader.LoadException;
import org.jvmx.loader.TestImages;
import org.jvmx.loader.TestMemory;
import org.jvmx.loader.format.GuestImage;

/** Whatever is in a file, the loader loads it or refuses it, and soon. */
class LoaderFuzzTest {
    private static final int LINKED = (int) TestImages.LINKED;
    private static final int ROUNDS = 2500;

    /** Values that are likely to overflow something. */
    private static final int[] EDGES = {0, 1, -1, 0x7fff_ffff, 0x8000_0000, 0xfff, 0x1000, 0xffff_f000, 0x7f, 0x80, 0xff, 0x10_0000,
        0xa_0000, 0x1_0000};

    static Stream<Arguments> images() {
        byte[] elf32 = TestImages.elf32(LINKED, LINKED, LINKED, 0);
        byte[] elf64 = TestImages.elf64(LINKED, LINKED, LINKED, 0);
        byte[] raw = TestImages.code(0x1000);
        int[][] tags = {{1, 12, 6}, {2, 24, 0x20_0080, 0x20_0000, 0, 0x20_3000}, {3, 12, 0x20_0010}, {10, 24, 0x20_0000, 0x7f_ffff, 0x1000,
            1}};
        return Stream.of(
                Arguments.of("bzImage", TestImages.bzImage(true, TestImages.code(100)), new int[] {0x1f1, 0x264}),
                Arguments.of("bzImage unpacked", TestImages.bzImage(true, elf64), new int[] {0x1f1, 0x264, 0x1200, 0x1300}),
                Arguments.of("ELF32", elf32, new int[] {0, 116}),
                Arguments.of("ELF64", elf64, new int[] {0, 176}),
                Arguments.of("PVH", TestImages.elf64(LINKED, LINKED, LINKED, LINKED), new int[] {0, 176, 0x200, 0x214}),
                Arguments.of("Multiboot ELF", TestImages.multiboot(TestImages.withSections32(elf32), 0x400, 3), new int[] {0, 116, 0x1218,
                    0x1290}),
                Arguments.of("Multiboot raw", TestImages.multiboot(raw, 0, 1 << 16, 0x20_0000, 0x20_0000, 0, 0, 0x20_0000), new int[] {12,
                    32}),
                Arguments.of("Multiboot 2", TestImages.multiboot2(raw, 0x80, tags), new int[] {0x90, 0x90 + 96}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    @Timeout(30)
    void mutatedImagesAreLoadedOrRefused(String name, byte[] image, int[] fields) {
        SplittableRandom random = new SplittableRandom(name.hashCode());
        BootOptions options = BootOptions.plain().withInitrd(new byte[100]).withUnpackPayload(name.endsWith("unpacked"))
                .withModules(List.of(new BootModule("module", "", new byte[10])));
        int loaded = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] mutated = mutate(image, fields, random);
            try (TestMemory memory = new TestMemory(32)) {
                BootState state = Loader.load(GuestImage.detect(name, mutated, Format.AUTO), memory.guest(), options);
                assertTrue(state.rip() >= 0 && state.rip() < Placement.FOUR_GIB);
                loaded++;
            } catch (LoadException e) {
                assertTrue(e.getMessage().contains(name), e.getMessage());
            } catch (RuntimeException e) {
                fail("round %d".formatted(i), e);
            }
        }
        assertTrue(loaded > 0 && loaded < ROUNDS, "%d of %d were loaded".formatted(loaded, ROUNDS));
    }

    private static byte[] mutate(byte[] image, int[] fields, SplittableRandom random) {
        byte[] mutated = image.clone();
        for (int n = random.nextInt(1, 5); n > 0; n--) {
            int range = 2 * random.nextInt(fields.length / 2);
            int at = random.nextInt(fields[range], fields[range + 1] - 3);
            int value = random.nextInt(3) == 0 ? random.nextInt() : EDGES[random.nextInt(EDGES.length)];
            int width = 1 << random.nextInt(3);
            for (int b = 0; b < width; b++) {
                mutated[at + b] = (byte) (value >> 8 * b);
            }
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(mutated, random.nextInt(1, mutated.length)) : mutated;
    }
}
