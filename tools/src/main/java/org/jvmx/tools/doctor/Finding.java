package org.jvmx.tools.doctor;

/**
 * One thing that was looked at.
 *
 * @param subject what, in a word
 * @param state how it is
 * @param text what was found, and what to do about it where that helps
 */
public record Finding(String subject, State state, String text) {
    /** How a thing is. */
    public enum State {
        /** As it should be. */
        GOOD("ok"),
        /** Worth knowing. */
        NOTE("note"),
        /** JVMX does not run well like this. */
        BAD("bad");

        private final String label;

        State(String label) {
            this.label = label;
        }

        /** Its name on the screen and in JSON. */
        public String label() {
            return label;
        }
    }
}
