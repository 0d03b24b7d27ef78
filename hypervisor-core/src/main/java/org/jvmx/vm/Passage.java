package org.jvmx.vm;

/** What a virtual processor's thread does on its way into the guest and back: where processors run in parallel, it gives the machine away meanwhile. */
interface Passage {
    /** One thread: nothing. */
    Passage FREE = new Passage() {
        @Override
        public void out(Vcpu vcpu) {
            // nobody waits for the machine
        }

        @Override
        public void back(Vcpu vcpu) {
            // nobody had it
        }
    };

    /** Before the guest is entered; what is pending for the processor has been looked at. */
    void out(Vcpu vcpu);

    /** After the guest was left. */
    void back(Vcpu vcpu);
}
