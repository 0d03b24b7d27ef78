package org.jvmx.tools.pc;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jvmx.loader.BootState;
import org.jvmx.vm.VcpuState;

/** The loader's word for the processor at the first instruction in the machine's. */
final class EntryState {
    private EntryState() {
    }

    static VcpuState of(BootState boot) {
        List<Long> registers = Arrays.stream(BootState.Register.values()).map(boot::register).toList();
        List<VcpuState.Segment> segments = Stream
                .of(boot.es(), boot.cs(), boot.ss(), boot.ds(), boot.fs(), boot.gs(), boot.ldtr(), boot.tr())
                .map(segment -> new VcpuState.Segment(segment.selector(), segment.base(), segment.limit(), segment.rights())).toList();
        return new VcpuState(boot.rip(), boot.rflags(), registers, segments, table(boot.gdtr()), table(boot.idtr()),
                boot.cr0(), boot.cr3(), boot.cr4(), boot.efer());
    }

    private static VcpuState.Table table(BootState.Table table) {
        return new VcpuState.Table(table.base(), table.limit());
    }
}
