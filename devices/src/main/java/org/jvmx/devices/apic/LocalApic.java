package org.jvmx.devices.apic;

import java.util.List;
import java.util.function.IntSupplier;
import org.jvmx.bus.Clock;
import org.jvmx.bus.InterruptController;
import org.jvmx.bus.MmioDevice;
import org.jvmx.bus.MsrDevice;

/**
 * The local APIC of one processor, in xAPIC and x2APIC mode ("Advanced Programmable Interrupt Controller (APIC)", Intel SDM volume 3). It is the
 * processor's interrupt controller, a page of registers, and a range of MSRs. While it is disabled its LINT0 and LINT1 pins are INTR and NMI.
 */
public final class LocalApic implements InterruptController, MmioDevice, MsrDevice {
    /** Where the register page is after reset. */
    public static final long DEFAULT_BASE = 0xfee0_0000L;
    /** The size of the register page. */
    public static final long SIZE = 0x1000;

    private static final int MSR_APIC_BASE = 0x1b;
    private static final int MSR_TSC_DEADLINE = 0x6e0;
    private static final int MSR_X2APIC = 0x800;
    private static final int X2APIC_MSRS = 0x100;
    private static final int SVR_ENABLED = 1 << 8;
    private static final int ESR_SEND_ILLEGAL = 1 << 5;
    private static final int ESR_RECEIVED_ILLEGAL = 1 << 6;
    private static final int ESR_ILLEGAL_REGISTER = 1 << 7;
    private static final int ICR_STATUS = 1 << 12;
    private static final int ICR_ASSERT = 1 << 14;
    private static final int ICR_LEVEL = 1 << 15;
    private static final int FIRST_LEGAL_VECTOR = 16;

    private final Config config;
    private final ApicBus bus;
    private final IntSupplier pic;
    private final ApicEvents events;
    private final ApicTimer timer;
    private final LocalVectorTable vectors = new LocalVectorTable();
    private final InterruptRegisters interrupts = new InterruptRegisters();
    private final Destination address = new Destination();

    private long base;
    private int spurious;
    private int errorStatus;
    private int errorPending;
    private int commandLow;
    private int commandHigh;
    private boolean lint0;
    private boolean lint1;
    private boolean externalMessage;
    private boolean nmi;
    /** What {@link #acknowledge} would take from the IRR, -1 for nothing. */
    private int next = -1;
    private boolean external;
    private long value;

    /**
     * What tells one local APIC from another.
     *
     * @param id the initial APIC ID
     * @param bootstrap whether this is the bootstrap processor's
     * @param physicalAddressBits the processor's MAXPHYADDR
     * @param x2apic whether the processor offers x2APIC mode
     */
    public record Config(int id, boolean bootstrap, int physicalAddressBits, boolean x2apic) {
        /** With x2APIC mode. */
        public Config(int id, boolean bootstrap, int physicalAddressBits) {
            this(id, bootstrap, physicalAddressBits, true);
        }
    }

    /** Everything a restored local APIC needs. */
    public record State(long base, int id, int taskPriority, int logicalDestination, int destinationFormat, int spurious, int errorStatus,
            int errorPending, int commandLow, int commandHigh, boolean lint0, boolean lint1, boolean externalMessage, boolean nmi,
            List<Integer> vectors, List<Integer> requests, List<Integer> service, List<Integer> trigger, TimerState timer) {
    }

    /** What the timer remembers; times are the clock's. */
    public record TimerState(int mode, int divideConfiguration, int initialCount, boolean running, long zeroAt, long deadline) {
    }

    /**
     * A local APIC as after reset, attached to {@code bus}.
     *
     * @param pic the interrupt-acknowledge cycle of the 8259A pair that drives LINT0
     */
    public LocalApic(Config config, Clock clock, ApicBus bus, IntSupplier pic, ApicEvents events) {
        this.config = config;
        this.bus = bus;
        this.pic = pic;
        this.events = events;
        timer = new ApicTimer(clock, this::timerInterrupt);
        base = DEFAULT_BASE | X2ApicRules.BASE_ENABLED | (config.bootstrap() ? X2ApicRules.BASE_BOOTSTRAP : 0);
        resetRegisters();
        bus.attach(this);
    }

    // ---- the processor's side

    @Override
    public boolean pending() {
        return next >= 0 || external;
    }

    @Override
    public int acknowledge() {
        if (external) {
            externalMessage = false;
            int vector = pic.getAsInt();
            update();
            return vector;
        }
        int vector = next;
        if (vector >= 0) {
            interrupts.serve(vector);
            update();
        }
        return vector;
    }

    @Override
    public boolean nmiPending() {
        return nmi;
    }

    @Override
    public void acknowledgeNmi() {
        nmi = false;
    }

    @Override
    public int tpr() {
        return interrupts.taskPriority();
    }

    @Override
    public void tpr(int priority) {
        interrupts.taskPriority(priority);
        update();
    }

    /** The APIC ID as software reads it now. */
    public int id() {
        return address.id();
    }

    /** IA32_APIC_BASE. */
    public long base() {
        return base;
    }

    /** Whether IA32_APIC_BASE enables it, in either mode; CPUID reports an APIC only then. */
    public boolean enabled() {
        return (base & X2ApicRules.BASE_ENABLED) != 0;
    }

    /** Whether it is in x2APIC mode. */
    public boolean x2apic() {
        return (base & X2ApicRules.BASE_MODE) == X2ApicRules.BASE_MODE;
    }

    /** INIT: the registers as after reset; the APIC ID and IA32_APIC_BASE stay. */
    public void init() {
        int kept = address.id();
        resetRegisters();
        address.id(kept);
    }

    /** What firmware leaves to the operating system: software-enabled, LINT0 takes ExtINT, LINT1 NMI ("Virtual Wire Mode", MultiProcessor Specification). */
    public void virtualWire() {
        spurious = SVR_ENABLED | 0xff;
        vectors.write(LocalVectorTable.LINT0, DeliveryMode.EXT_INT << 8, true);
        vectors.write(LocalVectorTable.LINT1, DeliveryMode.NMI << 8, true);
        update();
    }

    // ---- registers

    @Override
    public long read(long offset, int size) {
        if (!enabled() || x2apic()) {
            return -1;
        }
        int inSlot = (int) offset & 0x0f;
        return inSlot > 3 ? 0 : Integer.toUnsignedLong(readRegister((int) offset >> 4 & 0xff)) >>> 8 * inSlot;
    }

    @Override
    public void write(long offset, int size, long data) {
        if (enabled() && !x2apic() && (offset & 0x0f) == 0 && size >= 4) {
            writeRegister((int) offset >> 4 & 0xff, (int) data);
        }
    }

    @Override
    public boolean owns(int msr) {
        return msr == MSR_APIC_BASE || msr == MSR_TSC_DEADLINE || msr >= MSR_X2APIC && msr < MSR_X2APIC + X2APIC_MSRS;
    }

    @Override
    public boolean read(int msr) {
        if (msr == MSR_APIC_BASE) {
            value = base;
            return true;
        }
        if (msr == MSR_TSC_DEADLINE) {
            value = timer.deadline();
            return true;
        }
        int register = msr - MSR_X2APIC;
        if (!x2apic() || !X2ApicRules.readable(register)) {
            return false;
        }
        value = Integer.toUnsignedLong(readRegister(register));
        if (register == ApicRegister.ICR_LOW) {
            value |= (long) commandHigh << 32;
        }
        return true;
    }

    @Override
    public long value() {
        return value;
    }

    @Override
    public boolean write(int msr, long data) {
        if (msr == MSR_APIC_BASE) {
            return writeBase(data);
        }
        if (msr == MSR_TSC_DEADLINE) {
            timer.deadline(data);
            return true;
        }
        int register = msr - MSR_X2APIC;
        if (!x2apic() || !X2ApicRules.writable(register, data)) {
            return false;
        }
        if (register == ApicRegister.ICR_LOW) {
            commandHigh = (int) (data >>> 32);
        }
        writeRegister(register, (int) data);
        return true;
    }

    private int readRegister(int register) {
        if (register >= ApicRegister.ISR && register < ApicRegister.ISR + 24) {
            return interrupts.read(register);
        }
        int entry = LocalVectorTable.entryOf(register);
        if (entry >= 0) {
            return vectors.read(entry);
        }
        return switch (register) {
            case ApicRegister.ID -> x2apic() ? id() : id() << 24;
            case ApicRegister.VERSION -> ApicRegister.VERSION_VALUE;
            case ApicRegister.TPR -> tpr();
            case ApicRegister.APR -> arbitrationPriority();
            case ApicRegister.PPR -> interrupts.processorPriority();
            case ApicRegister.LDR -> address.logical();
            case ApicRegister.DFR -> address.format();
            case ApicRegister.SVR -> spurious;
            case ApicRegister.ESR -> errorStatus;
            case ApicRegister.ICR_LOW -> commandLow;
            case ApicRegister.ICR_HIGH -> commandHigh;
            case ApicRegister.INITIAL_COUNT -> timer.initialCount();
            case ApicRegister.CURRENT_COUNT -> timer.currentCount();
            case ApicRegister.DIVIDE -> timer.divideConfiguration();
            case ApicRegister.EOI, ApicRegister.RRD -> 0;
            default -> {
                error(ESR_ILLEGAL_REGISTER);
                yield 0;
            }
        };
    }

    private void writeRegister(int register, int data) {
        int entry = LocalVectorTable.entryOf(register);
        if (entry >= 0) {
            writeVector(entry, data);
            return;
        }
        switch (register) {
            case ApicRegister.ID -> address.id(data >>> 24);
            case ApicRegister.TPR -> tpr(data);
            case ApicRegister.EOI -> endOfInterrupt();
            case ApicRegister.LDR -> address.logical(data);
            case ApicRegister.DFR -> address.format(data);
            case ApicRegister.SVR -> writeSpurious(data & 0x3ff);
            case ApicRegister.ESR -> {
                errorStatus = errorPending;
                errorPending = 0;
            }
            case ApicRegister.ICR_LOW -> command(data & ~ICR_STATUS);
            case ApicRegister.ICR_HIGH -> commandHigh = data & 0xff00_0000;
            case ApicRegister.INITIAL_COUNT -> timer.initialCount(data);
            case ApicRegister.DIVIDE -> timer.divideConfiguration(data);
            case ApicRegister.SELF_IPI -> selfInterrupt(data);
            case ApicRegister.VERSION, ApicRegister.APR, ApicRegister.PPR, ApicRegister.RRD, ApicRegister.CURRENT_COUNT -> {} // read-only
            default -> error(ESR_ILLEGAL_REGISTER);
        }
    }

    private void writeVector(int entry, int data) {
        vectors.write(entry, data, softwareEnabled());
        if (entry == LocalVectorTable.TIMER) {
            timer.mode(vectors.read(entry) >> 17 & 3);
        }
        update();
    }

    private void writeSpurious(int data) {
        spurious = data;
        if ((data & SVR_ENABLED) == 0) {
            vectors.maskAll();
        }
        update();
    }

    /** An ICR write: sends an interprocessor interrupt. INIT level de-assert is a message of the past. */
    private void command(int data) {
        commandLow = data;
        int mode = data >> 8 & 7;
        int vector = data & 0xff;
        boolean level = (data & ICR_LEVEL) != 0;
        if (mode == DeliveryMode.INIT && level && (data & ICR_ASSERT) == 0) {
            return;
        }
        if (mode <= DeliveryMode.LOWEST_PRIORITY && vector < FIRST_LEGAL_VECTOR) {
            error(ESR_SEND_ILLEGAL);
            return;
        }
        switch (data >> 18 & 3) {
            case 0 -> bus.send(destination(), (data & 1 << 11) != 0, mode, vector, false);
            case 1 -> accept(mode, vector, false);
            case 2 -> bus.send(ApicBus.BROADCAST, false, mode, vector, false);
            default -> bus.sendToOthers(this, mode, vector);
        }
    }

    private int destination() {
        if (x2apic()) {
            return commandHigh;
        }
        int destination = commandHigh >>> 24;
        return destination == 0xff ? ApicBus.BROADCAST : destination;
    }

    private void selfInterrupt(int vector) {
        if (!x2apic()) {
            error(ESR_ILLEGAL_REGISTER);
        } else if (vector < FIRST_LEGAL_VECTOR) {
            error(ESR_SEND_ILLEGAL);
        } else {
            accept(DeliveryMode.FIXED, vector, false);
        }
    }

    private void endOfInterrupt() {
        int vector = interrupts.endOfInterrupt();
        if (vector >= 0 && interrupts.levelTriggered(vector)) {
            vectors.endOfInterrupt(vector);
            bus.endOfInterrupt(vector);
            levelInputs();
        }
        update();
    }

    // ---- mode changes

    private boolean writeBase(long data) {
        if (!X2ApicRules.legalBase(base, data, config)) {
            return false;
        }
        boolean wasEnabled = enabled();
        boolean wasX2apic = x2apic();
        changeBase(data);
        if (wasEnabled && !enabled()) {
            resetRegisters();
        } else if (!wasX2apic && x2apic()) {
            address.reset(config.id(), true);
            commandHigh = 0;
        }
        update();
        return true;
    }

    private void changeBase(long data) {
        long from = base & -SIZE;
        base = data;
        if (from != (data & -SIZE)) {
            events.relocated(this, data & -SIZE);
        }
    }

    private void resetRegisters() {
        address.reset(config.id(), x2apic());
        spurious = 0xff;
        errorStatus = 0;
        errorPending = 0;
        commandLow = 0;
        commandHigh = 0;
        externalMessage = false;
        nmi = false;
        vectors.reset();
        interrupts.clear();
        timer.reset();
        update();
    }

    // ---- interrupts that arrive

    /** A message arrives; false if this APIC does not take it. */
    boolean accept(int mode, int vector, boolean level) {
        switch (mode) {
            case DeliveryMode.FIXED, DeliveryMode.LOWEST_PRIORITY -> {
                return request(vector, level);
            }
            case DeliveryMode.NMI -> nmi = enabled() || nmi;
            case DeliveryMode.INIT -> {
                init();
                events.init();
            }
            case DeliveryMode.STARTUP -> events.startup(vector);
            case DeliveryMode.EXT_INT -> externalMessage = enabled();
            default -> {
                return false; // there is no system-management mode, and no other mode
            }
        }
        update();
        return true;
    }

    private boolean request(int vector, boolean level) {
        if (!softwareEnabled()) {
            return false;
        }
        if (vector < FIRST_LEGAL_VECTOR) {
            error(ESR_RECEIVED_ILLEGAL);
            return false;
        }
        interrupts.request(vector, level);
        update();
        return true;
    }

    boolean isDestination(int destination, boolean logical) {
        return enabled() && address.matches(destination, logical, x2apic());
    }

    boolean isBootstrap() {
        return config.bootstrap();
    }

    boolean softwareEnabled() {
        return enabled() && (spurious & SVR_ENABLED) != 0;
    }

    int arbitrationPriority() {
        return interrupts.arbitrationPriority();
    }

    /** The LINT0 pin. */
    void lint0(boolean level) {
        boolean rose = level && !lint0;
        lint0 = level;
        pin(LocalVectorTable.LINT0, rose);
    }

    /** The LINT1 pin. */
    void lint1(boolean level) {
        boolean rose = level && !lint1;
        lint1 = level;
        pin(LocalVectorTable.LINT1, rose);
    }

    private void pin(int entry, boolean rose) {
        if (!enabled()) {
            nmi |= entry == LocalVectorTable.LINT1 && rose;
        } else if (!vectors.masked(entry)) {
            switch (vectors.mode(entry)) {
                case DeliveryMode.NMI -> nmi |= rose;
                case DeliveryMode.FIXED -> {
                    if (rose && !vectors.level(entry)) {
                        request(vectors.vector(entry), false);
                    }
                }
                case DeliveryMode.INIT -> {
                    if (rose) {
                        accept(DeliveryMode.INIT, 0, false);
                    }
                }
                default -> {} // ExtINT is a level that update() looks at
            }
        }
        levelInputs();
        update();
    }

    /** Level-triggered LINT pins in fixed mode: one request until its EOI. */
    private void levelInputs() {
        levelInput(LocalVectorTable.LINT0, lint0);
        levelInput(LocalVectorTable.LINT1, lint1);
    }

    private void levelInput(int entry, boolean high) {
        boolean waiting = high && enabled() && !vectors.masked(entry) && vectors.mode(entry) == DeliveryMode.FIXED && vectors.level(entry);
        if (waiting && !vectors.remoteIrr(entry) && request(vectors.vector(entry), true)) {
            vectors.raiseRemoteIrr(entry);
        }
    }

    private void timerInterrupt() {
        if (enabled() && !vectors.masked(LocalVectorTable.TIMER)) {
            request(vectors.vector(LocalVectorTable.TIMER), false);
        }
    }

    /** The error interrupt comes once for each error until software has looked. */
    private void error(int bit) {
        boolean known = (errorPending & bit) != 0;
        errorPending |= bit;
        int vector = vectors.vector(LocalVectorTable.ERROR);
        if (!known && !vectors.masked(LocalVectorTable.ERROR) && vector >= FIRST_LEGAL_VECTOR) {
            request(vector, false);
        }
    }

    private void update() {
        next = softwareEnabled() ? interrupts.deliverable() : -1;
        boolean wired =
                !enabled() || !vectors.masked(LocalVectorTable.LINT0) && vectors.mode(LocalVectorTable.LINT0) == DeliveryMode.EXT_INT;
        external = externalMessage || lint0 && wired;
    }

    // ---- state

    /** What must survive. */
    public State state() {
        return new State(base, address.id(), tpr(), address.logical(), address.format(), spurious, errorStatus, errorPending, commandLow,
                commandHigh,
                lint0, lint1, externalMessage, nmi, vectors.state(), interrupts.requests.state(), interrupts.service.state(),
                interrupts.trigger.state(), timer.state());
    }

    /** Takes over a state, on a clock that shows the time at which it was taken. */
    public void restore(State state) {
        changeBase(state.base());
        address.restore(state.id(), state.logicalDestination(), state.destinationFormat());
        interrupts.taskPriority(state.taskPriority());
        spurious = state.spurious();
        errorStatus = state.errorStatus();
        errorPending = state.errorPending();
        commandLow = state.commandLow();
        commandHigh = state.commandHigh();
        lint0 = state.lint0();
        lint1 = state.lint1();
        externalMessage = state.externalMessage();
        nmi = state.nmi();
        vectors.restore(state.vectors());
        interrupts.requests.restore(state.requests());
        interrupts.service.restore(state.service());
        interrupts.trigger.restore(state.trigger());
        timer.restore(state.timer());
        update();
    }
}
