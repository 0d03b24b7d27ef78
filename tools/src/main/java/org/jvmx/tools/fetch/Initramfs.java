package org.jvmx.tools.fetch;

import java.nio.charset.StandardCharsets;
import org.jvmx.loader.initramfs.CpioWriter;

/** An initial file system around a static busybox, with a shell on the serial console. */
final class Initramfs {
    private static final String INIT = """
            #!/bin/busybox sh
            export PATH=/bin:/sbin:/usr/bin:/usr/sbin HOME=/root TERM=vt100
            /bin/busybox mount -t proc proc /proc
            /bin/busybox mount -t sysfs sysfs /sys
            /bin/busybox mount -t devtmpfs devtmpfs /dev
            /bin/busybox --install -s
            hostname jvmx
            cd
            %s
            poweroff -f
            """;

    /** A shell to type at. */
    static final String SHELL = """
            echo
            echo "Linux $(uname -r) on JVMX. 'poweroff -f' or 'exit' ends it."
            setsid cttyhack sh""";

    private Initramfs() {
    }

    /** The archive, the same for the same busybox and what its shell does at start. */
    static byte[] around(byte[] busybox, String job) {
        CpioWriter archive = new CpioWriter();
        for (String directory : new String[] {"bin", "sbin", "usr/bin", "usr/sbin", "etc", "proc", "sys", "dev", "root", "tmp"}) {
            archive.directory(directory, directory.equals("tmp") ? 01777 : 0755);
        }
        archive.characterDevice("dev/console", 0600, 5, 1);
        archive.file("bin/busybox", 0755, busybox);
        archive.symlink("bin/sh", "busybox");
        archive.file("etc/passwd", 0644, "root:x:0:0:root:/root:/bin/sh\n".getBytes(StandardCharsets.US_ASCII));
        archive.file("etc/group", 0644, "root:x:0:\n".getBytes(StandardCharsets.US_ASCII));
        archive.file("init", 0755, INIT.formatted(job).getBytes(StandardCharsets.US_ASCII));
        return archive.toBytes();
    }
}
