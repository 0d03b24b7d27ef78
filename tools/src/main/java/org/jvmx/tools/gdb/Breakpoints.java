package org.jvmx.tools.gdb;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jvmx.vmx.DebugFacility;
import org.jvmx.vmx.DebugFacility.Stop;

/** What gdb has inserted: the guest's memory is never patched, so software and hardware breakpoints are the same to the processor. */
final class Breakpoints {
    private static final int SOFTWARE = 0;
    private static final int HARDWARE = 1;

    /** As in the packet {@code Z type,address,kind}. */
    private record Place(int type, long address, long length) {
        Stop stop() {
            return switch (type) {
                case SOFTWARE, HARDWARE -> Stop.EXECUTE;
                case 2 -> Stop.WRITE;
                case 3 -> Stop.READ;
                default -> Stop.ACCESS;
            };
        }
    }

    private final Set<Place> places = new LinkedHashSet<>();
    private List<DebugFacility> facilities = List.of();

    /** From now on they are in these processors, which have room for the same. */
    void use(List<DebugFacility> processors) {
        facilities = processors;
        facilities.forEach(DebugFacility::clear);
        places.forEach(this::insert);
    }

    private boolean insert(Place place) {
        boolean inserted = true;
        for (DebugFacility facility : facilities) {
            inserted &= facility.insert(place.stop(), place.address(), place.length());
        }
        return inserted;
    }

    /** Inserts one; false if there is no room. */
    boolean insert(int type, long address, long length) {
        Place place = place(type, address, length);
        if (!insert(place)) {
            return false;
        }
        places.add(place);
        return true;
    }

    /** What there is room for, for people. */
    String room() {
        return facilities.getFirst().room();
    }

    void remove(int type, long address, long length) {
        Place place = place(type, address, length);
        places.remove(place);
        if (places.stream()
                .noneMatch(other -> other.stop() == place.stop() && other.address() == address && other.length() == place.length())) {
            facilities.forEach(facility -> facility.remove(place.stop(), address, length));
        }
    }

    private static Place place(int type, long address, long length) {
        return new Place(type, address, type <= HARDWARE ? 1 : length);
    }

    void clear() {
        places.clear();
        facilities.forEach(DebugFacility::clear);
    }

    /** Whether it is a hardware breakpoint that was asked for there. */
    boolean isHardware(long address) {
        return places.contains(new Place(HARDWARE, address, 1));
    }
}
