package org.jvmx.devices.rtc;

/** The digits of the clock's registers: binary or BCD, 12 or 24 hours, as register B says, and the proleptic Gregorian calendar. */
final class Calendar {
    static final int DAY = 86_400;

    private static final int PM = 0x80;

    private Calendar() {
    }

    static int encode(int value, boolean binary) {
        return binary ? value : value / 10 << 4 | value % 10;
    }

    static int decode(int register, boolean binary) {
        return binary ? register : (register >> 4) * 10 + (register & 15);
    }

    static int encodeHour(int hour, boolean binary, boolean hours24) {
        if (hours24) {
            return encode(hour, binary);
        }
        int onDial = hour % 12 == 0 ? 12 : hour % 12;
        return encode(onDial, binary) | (hour >= 12 ? PM : 0);
    }

    static int decodeHour(int register, boolean binary, boolean hours24) {
        if (hours24) {
            return decode(register, binary);
        }
        return decode(register & ~PM, binary) % 12 + ((register & PM) != 0 ? 12 : 0);
    }

    /** Days since 1970-01-01 of a date, month 1 to 12. */
    static long daysOf(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }

    /** Year, month and day of a day number, as {@code year << 16 | month << 8 | day}. */
    static int dateOf(long days) {
        long shifted = days + 719_468;
        int era = (int) Math.floorDiv(shifted, 146_097L);
        int dayOfEra = (int) (shifted - era * 146_097L);
        int yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        int dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        int shiftedMonth = (5 * dayOfYear + 2) / 153;
        int day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
        int month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9);
        int year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
        return year << 16 | month << 8 | day;
    }

    /** Day of the week, Sunday is 1. */
    static int weekday(long days) {
        return (int) Math.floorMod(days + 4, 7L) + 1;
    }
}
