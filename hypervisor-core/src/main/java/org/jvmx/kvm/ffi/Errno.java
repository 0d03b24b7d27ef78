package org.jvmx.kvm.ffi;

/** The error numbers of Linux that are told apart here. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int E2BIG = 7;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ENOSPC = 28;

    private Errno() {
    }

    /** What a negated error number says, for people. */
    public static String text(int result) {
        return switch (-result) {
            case EPERM -> "operation not permitted (EPERM)";
            case ENOENT -> "no such file (ENOENT)";
            case EINTR -> "interrupted (EINTR)";
            case E2BIG -> "too large (E2BIG)";
            case EBADF -> "bad file descriptor (EBADF)";
            case EAGAIN -> "try again (EAGAIN)";
            case ENOMEM -> "out of memory (ENOMEM)";
            case EACCES -> "permission denied (EACCES)";
            case EFAULT -> "bad address (EFAULT)";
            case EBUSY -> "device busy (EBUSY)";
            case EEXIST -> "exists already (EEXIST)";
            case ENODEV -> "no such device (ENODEV)";
            case EINVAL -> "invalid argument (EINVAL)";
            case EMFILE -> "too many open files (EMFILE)";
            case ENOTTY -> "unknown request (ENOTTY)";
            case ENOSPC -> "no space left (ENOSPC)";
            default -> "error number " + -result;
        };
    }
}
