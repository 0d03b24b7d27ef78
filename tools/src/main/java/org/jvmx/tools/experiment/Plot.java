package org.jvmx.tools.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jvmx.policy.cost.Bounds;

/** A plot of horizontal rows as inline SVG: a label left, marks along an axis, the axis below. */
final class Plot {
    private static final int WIDTH = 860;
    private static final int LEFT = 230;
    private static final int RIGHT = 80;
    private static final int ROW = 34;
    private static final int BAR = 18;
    private static final int AXIS = 34;
    private static final int TOP = 6;
    private static final int TICKS = 5;
    private static final int COLOURS = 8;
    private static final int LABEL = 32;

    private final StringBuilder marks = new StringBuilder();
    private final boolean logarithmic;
    private final double from;
    private final double to;
    private int rows;

    /** Of values from 0 to a greatest one. */
    static Plot linear(double greatest) {
        return new Plot(false, 0, greatest <= 0 ? 1 : greatest * 1.04);
    }

    /** Of positive values, each decade as wide as the others. */
    static Plot logarithmic(double least, double greatest) {
        double low = Math.pow(10, Math.floor(Math.log10(Math.max(1, least))));
        return new Plot(true, low, Math.max(low * 10, Math.pow(10, Math.ceil(Math.log10(Math.max(1, greatest))))));
    }

    private Plot(boolean logarithmic, double from, double to) {
        this.logarithmic = logarithmic;
        this.from = from;
        this.to = to;
    }

    private double x(double value) {
        double share = logarithmic ? Math.log(Math.max(from, value) / from) / Math.log(to / from) : (value - from) / (to - from);
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private int y() {
        return TOP + rows * ROW;
    }

    /** Begins a row. */
    Plot row(String label) {
        String shown = label.length() > LABEL ? label.substring(0, LABEL - 1) + "…" : label;
        add("<text class=\"l\" x=\"%d\" y=\"%d\"><title>%s</title>%s</text>", LEFT - 10, y() + ROW / 2 + 4, escape(label), escape(shown));
        rows++;
        return this;
    }

    /** A part of the row's bar. */
    Plot bar(double start, double end, int colour, String title) {
        add("<rect class=\"c%d\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%s</title></rect>", colour % COLOURS, x(start),
                middle() - BAR / 2,
                Math.max(0.5, x(end) - x(start)), BAR, escape(title));
        return this;
    }

    /** From where to where a value may be. */
    Plot range(Bounds bounds) {
        add("<path class=\"r\" d=\"M%.1f %dV%dM%.1f %dH%.1fM%.1f %dV%d\"/>", x(bounds.low()), middle() - 5, middle() + 5, x(bounds.low()),
                middle(), x(bounds.high()), x(bounds.high()), middle() - 5, middle() + 5);
        return this;
    }

    /** A value as a point, above or below the row's middle. */
    Plot point(Bounds bounds, int colour, int below, String title) {
        int y = middle() + below;
        if (bounds.high() > bounds.low()) {
            add("<path class=\"s%d\" d=\"M%.1f %dH%.1f\"/>", colour % COLOURS, x(bounds.low()), y, x(bounds.high()));
        }
        add("<circle class=\"c%d\" cx=\"%.1f\" cy=\"%d\" r=\"4.5\"><title>%s</title></circle>", colour % COLOURS, x(bounds.typical()), y,
                escape(title));
        return this;
    }

    /** A number at the end of a row's bar. */
    Plot value(double at, String text) {
        add("<text class=\"v\" x=\"%.1f\" y=\"%d\">%s</text>", x(at) + 8, middle() + 4, escape(text));
        return this;
    }

    private int middle() {
        return TOP + (rows - 1) * ROW + ROW / 2;
    }

    /** The plot with its axis, which has a name. */
    String svg(String axis) {
        StringBuilder grid = new StringBuilder();
        int bottom = y() + 4;
        for (double tick : ticks()) {
            grid.append(form("<path class=\"g\" d=\"M%.1f %dV%d\"/><text class=\"t\" x=\"%.1f\" y=\"%d\">%s</text>", x(tick), TOP, bottom,
                    x(tick), bottom + 15, shortNumber(tick)));
        }
        int height = bottom + AXIS;
        return form("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">%s%s<text class=\"a\" x=\"%d\" y=\"%d\">%s</text></svg>\n",
                WIDTH,
                height, escape(axis), grid, marks, (LEFT + WIDTH - RIGHT) / 2, height - 3, escape(axis));
    }

    private List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = from; tick <= to * 1.001; tick *= 10) {
                ticks.add(tick);
            }
            return ticks;
        }
        double step = Math.pow(10, Math.floor(Math.log10((to - from) / TICKS)));
        for (double factor : new double[] {1, 2, 5, 10}) {
            if ((to - from) / (step * factor) <= TICKS + 1) {
                step *= factor;
                break;
            }
        }
        for (double tick = from; tick <= to; tick += step) {
            ticks.add(tick);
        }
        return ticks;
    }

    /** A number with few digits: 12k, 3.4M. */
    static String shortNumber(double value) {
        String[] units = {"", "k", "M", "G", "T"};
        double left = Math.abs(value);
        int unit = 0;
        while (left >= 1000 && unit < units.length - 1) {
            left /= 1000;
            unit++;
        }
        String digits = left >= 100 || left == Math.rint(left) ? form("%.0f", left) : left >= 10 ? form("%.1f", left) : form("%.2f", left);
        return (value < 0 ? "−" : "") + digits + units[unit];
    }

    private void add(String text, Object... arguments) {
        marks.append(form(text, arguments));
    }

    static String form(String text, Object... arguments) {
        return String.format(Locale.ROOT, text, arguments);
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
