package org.jvmx.isa;

/** The opcode maps. SDM Vol. 2, Appendix "Opcode Map"; the VEX maps hold what exists with a VEX prefix only. */
public enum OpcodeMap {
    ONE_BYTE(""), MAP_0F("0F"), MAP_0F38("0F 38"), MAP_0F3A("0F 3A"), VEX_0F("VEX 0F"), VEX_0F38("VEX 0F 38"), VEX_0F3A("VEX 0F 3A");

    private final String bytes;

    OpcodeMap(String bytes) {
        this.bytes = bytes;
    }

    /** The bytes before the opcode that select the map. */
    public String bytes() {
        return bytes;
    }

    /** Whether the map is reached by a VEX prefix. */
    public boolean vex() {
        return ordinal() >= VEX_0F.ordinal();
    }
}
