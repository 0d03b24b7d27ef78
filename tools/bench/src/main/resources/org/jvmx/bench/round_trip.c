/*
 * The least that a monitor can do with KVM: a guest in real mode reads a port and writes to it what it read, for ever; each exit is looked at,
 * answered, and the guest entered again. For each line of standard input that many exits; prints the nanoseconds of one round trip, by
 * the clock and of the processor.
 */
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>

enum { MEMORY = 0x100000, CODE = 0x1000 };

static int must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static void *map(size_t size, int flags, int descriptor)
{
	void *where = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, descriptor, 0);
	must(where == MAP_FAILED ? -1 : 0, "mmap");
	return where;
}

static unsigned char written;
static unsigned char next;

/* What the guest wants of its port. */
static void answer(struct kvm_run *state)
{
	unsigned char *data = (unsigned char *) state + state->io.data_offset;

	if (state->exit_reason != KVM_EXIT_IO || state->io.port != 0x80 || state->io.size != 1 || state->io.count != 1) {
		fprintf(stderr, "exit %u\n", state->exit_reason);
		exit(1);
	}
	if (state->io.direction == KVM_EXIT_IO_IN)
		*data = next++;
	else
		written = *data;
}

static double nanos(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

static void run(int vcpu, struct kvm_run *state, long exits)
{
	double time = nanos(CLOCK_MONOTONIC), work = nanos(CLOCK_THREAD_CPUTIME_ID);

	for (long seen = 0; seen < exits; seen++) {
		must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
		answer(state);
	}
	work = nanos(CLOCK_THREAD_CPUTIME_ID) - work;
	time = nanos(CLOCK_MONOTONIC) - time;
	printf("%.1f %.1f\n", time / exits, work / exits);
	fflush(stdout);
}

int main(void)
{
	static const unsigned char code[] = { 0xe4, 0x80, 0xe6, 0x80, 0xeb, 0xfa }; /* in al, 0x80; out 0x80, al; jmp to the first */
	long exits;
	int system = must(open("/dev/kvm", O_RDWR | O_CLOEXEC), "/dev/kvm");
	int machine = must(ioctl(system, KVM_CREATE_VM, 0), "KVM_CREATE_VM");
	unsigned char *memory = map(MEMORY, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	struct kvm_userspace_memory_region slot = { .memory_size = MEMORY, .userspace_addr = (unsigned long) memory };

	memcpy(memory + CODE, code, sizeof code);
	must(ioctl(machine, KVM_SET_USER_MEMORY_REGION, &slot), "KVM_SET_USER_MEMORY_REGION");
	int vcpu = must(ioctl(machine, KVM_CREATE_VCPU, 0), "KVM_CREATE_VCPU");
	struct kvm_run *state = map(must(ioctl(system, KVM_GET_VCPU_MMAP_SIZE, 0), "KVM_GET_VCPU_MMAP_SIZE"), MAP_SHARED, vcpu);
	struct kvm_sregs special;
	struct kvm_regs general = { .rip = CODE, .rflags = 2 };

	must(ioctl(vcpu, KVM_GET_SREGS, &special), "KVM_GET_SREGS");
	special.cs.base = 0;
	special.cs.selector = 0;
	must(ioctl(vcpu, KVM_SET_SREGS, &special), "KVM_SET_SREGS");
	must(ioctl(vcpu, KVM_SET_REGS, &general), "KVM_SET_REGS");
	while (scanf("%ld", &exits) == 1)
		run(vcpu, state, exits);
	return 0;
}
