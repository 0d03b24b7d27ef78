package org.jvmx.tools.pc;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bytes on their way to a guest's serial port. The sending side is for one other thread and waits while too much is on the way, so that
 * nothing is lost however slowly the guest reads; the receiving side belongs to the vCPU's thread.
 */
public final class SerialInput {
    private static final int CAPACITY = 1 << 16;

    /** Where it is told that there is something to do. */
    interface Receiver {
        void inputOpened();

        void inputArrived();

        void inputDelivered();

        void inputEnded();
    }

    private final Receiver receiver;
    private final ConcurrentLinkedQueue<byte[]> chunks = new ConcurrentLinkedQueue<>();
    private final Semaphore room = new Semaphore(CAPACITY);
    private final AtomicBoolean open = new AtomicBoolean();
    private int position;

    SerialInput(Receiver receiver) {
        this.receiver = receiver;
    }

    /** Somebody is going to send; until {@link #end} an idle guest waits for that in wall time. */
    public void open() {
        if (open.compareAndSet(false, true)) {
            receiver.inputOpened();
        }
    }

    /**
     * Sends bytes.
     *
     * @throws InterruptedException if the thread was interrupted while it waited for room
     */
    public void send(byte[] bytes, int offset, int count) throws InterruptedException {
        for (int done = 0; done < count;) {
            int part = Math.min(count - done, CAPACITY / 2);
            room.acquire(part);
            byte[] chunk = new byte[part];
            System.arraycopy(bytes, offset + done, chunk, 0, part);
            chunks.add(chunk);
            receiver.inputArrived();
            done += part;
        }
    }

    /** Sends bytes that are known before the machine starts; nothing more will follow. */
    public void preload(byte[] bytes) {
        if (bytes.length > 0) {
            room.acquireUninterruptibly(Math.min(bytes.length, room.availablePermits()));
            chunks.add(bytes.clone());
            receiver.inputArrived();
        }
    }

    /** Hands over one byte now, before the guest's next instruction; on the vCPU's thread only. */
    public void deliver(int value) {
        room.acquireUninterruptibly();
        chunks.add(new byte[] {(byte) value});
        receiver.inputDelivered();
    }

    /** Nothing more will be sent. */
    public void end() {
        if (open.compareAndSet(true, false)) {
            receiver.inputEnded();
        }
    }

    boolean isOpen() {
        return open.get();
    }

    /** The next byte, -1 if there is none now. */
    int peek() {
        byte[] chunk = chunks.peek();
        return chunk == null ? -1 : chunk[position] & 0xff;
    }

    /** Takes the byte that {@link #peek} showed. */
    void take() {
        byte[] chunk = chunks.peek();
        if (++position == chunk.length) {
            chunks.poll();
            position = 0;
        }
        room.release();
    }
}
