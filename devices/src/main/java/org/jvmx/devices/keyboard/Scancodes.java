package org.jvmx.devices.keyboard;

/** The keys of a US keyboard as set 1 codes, and the controller's translation between the sets ("Keyboard Scan Code Specification", Microsoft). */
final class Scancodes {
    static final int LEFT_SHIFT = 0x2a;
    static final int LEFT_CONTROL = 0x1d;
    static final int SHIFTED = 0x100;
    static final int WITH_CONTROL = 0x200;

    /** Make codes of set 2, indexed by the make code of set 1. */
    private static final int[] SET2 = {
        0x00, 0x76, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55, 0x66, 0x0d,
        0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b, 0x5a, 0x14, 0x1c, 0x1b,
        0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x0e, 0x12, 0x5d, 0x1a, 0x22, 0x21, 0x2a,
        0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a, 0x59, 0x7c, 0x11, 0x29, 0x58, 0x05, 0x06, 0x04, 0x0c, 0x03,
        0x0b, 0x83, 0x0a, 0x01, 0x09, 0x77, 0x7e, 0x6c, 0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69,
        0x72, 0x7a, 0x70, 0x71, 0x84, 0x60, 0x61, 0x78, 0x07
    };

    private static final String PLAIN = "\0\u001b1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./";
    private static final String WITH_SHIFT = "\0\0!@#$%^&*()_+\0\0QWERTYUIOP{}\0\0ASDFGHJKL:\"~\0|ZXCVBNM<>?";
    private static final int SPACE = 0x39;

    private Scancodes() {
    }

    /** The make code of set 2 for one of set 1, 0 if there is none. */
    static int set2(int set1) {
        return set1 < SET2.length ? SET2[set1] : 0;
    }

    /** The key that types a character: its set 1 code, with {@link #SHIFTED} or {@link #WITH_CONTROL}; 0 if none does. */
    static int keyOf(char character) {
        char typed = character == '\r' ? '\n' : character;
        if (typed == ' ') {
            return SPACE;
        }
        if (typed == 0) {
            return 0;
        }
        int plain = PLAIN.indexOf(typed);
        if (plain >= 0) {
            return plain;
        }
        int shifted = WITH_SHIFT.indexOf(typed);
        if (shifted >= 0) {
            return shifted | SHIFTED;
        }
        return typed < ' ' ? PLAIN.indexOf((char) (typed | 0x60)) | WITH_CONTROL : 0;
    }
}
