package org.jvmx.vmx;

/**
 * A VM-entry check that failed.
 *
 * @param id the check's name
 * @param section the title of the SDM's section that states it
 * @param field the field that is wrong
 * @param value its value
 * @param legal what would be legal
 * @param hint what to do about it
 */
public record CheckFailure(String id, String section, VmcsField field, long value, String legal, String hint) {
    @Override
    public String toString() {
        return "%s: %s = 0x%x is not legal: %s. %s (SDM Vol. 3, \"%s\")".formatted(id, field, value, legal, hint, section);
    }
}
