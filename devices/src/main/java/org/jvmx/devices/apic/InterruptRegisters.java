package org.jvmx.devices.apic;

/** The registers IRR, ISR, TMR and TPR of a local APIC and the priorities that follow from them ("Handling Interrupts", Intel SDM volume 3). */
final class InterruptRegisters {
    private static final int CLASS = 0xf0;

    final VectorSet requests = new VectorSet();
    final VectorSet service = new VectorSet();
    final VectorSet trigger = new VectorSet();
    private int taskPriority;

    void clear() {
        requests.clear();
        service.clear();
        trigger.clear();
        taskPriority = 0;
    }

    int taskPriority() {
        return taskPriority;
    }

    void taskPriority(int value) {
        taskPriority = value & 0xff;
    }

    /** One of the 24 registers from ISR to IRR. */
    int read(int register) {
        VectorSet set = register < ApicRegister.TMR ? service : register < ApicRegister.IRR ? trigger : requests;
        return set.word(register & 7);
    }

    void request(int vector, boolean level) {
        requests.add(vector);
        if (level) {
            trigger.add(vector);
        } else {
            trigger.remove(vector);
        }
    }

    /** The request that the priorities let through, -1 if there is none. */
    int deliverable() {
        int highest = requests.highest();
        return highest >= 0 && (highest & CLASS) > (processorPriority() & CLASS) ? highest : -1;
    }

    void serve(int vector) {
        requests.remove(vector);
        service.add(vector);
    }

    /** Ends the service of the highest vector and gives it, -1 if none was served. */
    int endOfInterrupt() {
        int vector = service.highest();
        if (vector >= 0) {
            service.remove(vector);
        }
        return vector;
    }

    boolean levelTriggered(int vector) {
        return trigger.contains(vector);
    }

    int processorPriority() {
        int serving = Math.max(service.highest(), 0) & CLASS;
        return (taskPriority & CLASS) >= serving ? taskPriority : serving;
    }

    int arbitrationPriority() {
        int highest = Math.max(requests.highest(), 0) & CLASS;
        int serving = Math.max(service.highest(), 0) & CLASS;
        int task = taskPriority & CLASS;
        return task >= highest && task > serving ? taskPriority : Math.max(Math.max(serving, highest), task);
    }
}
