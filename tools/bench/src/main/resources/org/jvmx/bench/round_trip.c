/*
 * The least that a monitor can do with KVM: a guest in real mode writes to a port for ever, and each exit is answered by entering it again.
 * Prints the nanoseconds of one round trip. Usage: round_trip EXITS
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

static double run(int vcpu, struct kvm_run *state, long exits)
{
	struct timespec from, to;
	long seen = 0;

	clock_gettime(CLOCK_MONOTONIC, &from);
	while (seen < exits) {
		must(ioctl(vcpu, KVM_RUN, 0), "KVM_RUN");
		if (state->exit_reason != KVM_EXIT_IO) {
			fprintf(stderr, "exit %u\n", state->exit_reason);
			exit(1);
		}
		seen++;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((to.tv_sec - from.tv_sec) * 1e9 + (to.tv_nsec - from.tv_nsec)) / exits;
}

int main(int count, char **arguments)
{
	static const unsigned char code[] = { 0xe6, 0x80, 0xeb, 0xfc }; /* out 0x80, al; jmp to it */
	long exits = count > 1 ? atol(arguments[1]) : 10000;
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
	run(vcpu, state, exits / 10 + 1);
	printf("%.1f\n", run(vcpu, state, exits));
	return 0;
}
