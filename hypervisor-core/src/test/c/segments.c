/*
 * Runs single instructions in code, data and stack segments of a local descriptor table on this processor: 16-bit, 32-bit and 64-bit code, loads of segment
 * registers, far transfers. Cases come on standard input and go back, with the state after them, on standard output. Each case ends in a signal: behind
 * the instruction, and wherever a transfer may lead, are breakpoints.
 */
#define _GNU_SOURCE
#include <asm/ldt.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define DATA ((uint8_t *) 0x20000000)
#define CODE ((uint8_t *) 0x21000000)
#define REGION 0x10000
#define USER_DATA 0x2b
#define BREAKPOINT 0xcc
#define HWCAP2_FSGSBASE_BIT 2
#define ENTRIES 16
#define ENDLESS (-2)

struct patch {
    uint32_t offset, length;
    uint8_t bytes[56];
};

struct record {
    uint64_t gpr[16]; /* by number: rax rcx rdx rbx rsp rbp rsi rdi r8... */
    uint64_t rip, flags, fs, gs;
    uint16_t selector[6]; /* es cs ss ds fs gs */
    uint16_t length;
    uint16_t pad;
    uint8_t code[16];
    int64_t vector; /* of the exception */
    uint64_t error, address;
    uint64_t digest; /* of the data pages */
    uint64_t changed[4]; /* offset and content of the first and of the last word that differ from the pattern */
    struct patch patches[2];
};

_Static_assert(sizeof(struct record) == 0x180 && offsetof(struct record, vector) == 0xc0, "layout");

struct record current __attribute__((aligned(64), visibility("hidden")));
uint64_t own_stack __attribute__((visibility("hidden")));
uint64_t own_fs __attribute__((visibility("hidden")));
struct {
    uint32_t offset;
    uint16_t selector;
} far_target __attribute__((visibility("hidden")));
static uint8_t *writable; /* the code pages again, for us to write to: cases must not */
static uint8_t pattern[REGION];
static volatile int running;

void enter_case(void);
void leave_case(void);
void signal_entry(int, siginfo_t *, void *);

__asm__(".text\n"
        "enter_case:\n"
        " push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
        " mov %rsp, own_stack(%rip)\n"
        " rdfsbase %rax\n mov %rax, own_fs(%rip)\n"
        " mov current+0xa8(%rip), %fs\n mov current+0x90(%rip), %rax\n test %rax, %rax\n jz 1f\n wrfsbase %rax\n"
        "1: mov current+0xaa(%rip), %gs\n mov current+0x98(%rip), %rax\n test %rax, %rax\n jz 2f\n wrgsbase %rax\n"
        "2: mov current+0xa0(%rip), %es\n mov current+0xa6(%rip), %ds\n"
        " pushq current+0x88(%rip)\n popfq\n"
        " mov current+0x00(%rip), %rax\n mov current+0x08(%rip), %rcx\n mov current+0x10(%rip), %rdx\n mov current+0x18(%rip), %rbx\n"
        " mov current+0x28(%rip), %rbp\n mov current+0x30(%rip), %rsi\n mov current+0x38(%rip), %rdi\n mov current+0x40(%rip), %r8\n"
        " mov current+0x48(%rip), %r9\n mov current+0x50(%rip), %r10\n mov current+0x58(%rip), %r11\n mov current+0x60(%rip), %r12\n"
        " mov current+0x68(%rip), %r13\n mov current+0x70(%rip), %r14\n mov current+0x78(%rip), %r15\n"
        " mov current+0xa4(%rip), %ss\n mov current+0x20(%rip), %rsp\n"
        " ljmp *far_target(%rip)\n"
        "leave_case:\n"
        " mov $0, %eax\n mov %eax, %fs\n mov %eax, %gs\n wrgsbase %rax\n"
        " mov own_fs(%rip), %rax\n wrfsbase %rax\n"
        " mov $0x2b, %eax\n mov %eax, %ds\n mov %eax, %es\n mov %eax, %ss\n"
        " mov own_stack(%rip), %rsp\n"
        " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
        " ret\n"
        /* The handler starts with the flags of the case: an alignment check would be fatal. It does not return: the stack is simply left. */
        "signal_entry:\n"
        " pushq $2\n popfq\n"
        " call on_signal\n"
        " jmp leave_case\n");

__attribute__((used, visibility("hidden"))) void on_signal(int number, siginfo_t *info, void *context) {
    static const uint8_t order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    greg_t *regs = ((ucontext_t *) context)->uc_mcontext.gregs;
    (void) info;
    if (!running) {
        _exit(64 + number);
    }
    running = 0;
    for (int i = 0; i < 16; i++) {
        current.gpr[i] = (uint64_t) regs[order[i]];
    }
    current.rip = (uint64_t) regs[REG_RIP];
    current.flags = (uint64_t) regs[REG_EFL];
    current.vector = number == SIGALRM ? ENDLESS : regs[REG_TRAPNO];
    current.error = (uint64_t) regs[REG_ERR];
    current.address = (uint64_t) regs[REG_CR2];
    current.selector[1] = (uint16_t) regs[REG_CSGSFS];
    current.selector[2] = (uint16_t) ((uint64_t) regs[REG_CSGSFS] >> 48);
    __asm__ volatile("mov %%es, %0\n mov %%ds, %1\n mov %%fs, %2\n mov %%gs, %3\n"
                     : "=m"(current.selector[0]), "=m"(current.selector[3]), "=m"(current.selector[4]), "=m"(current.selector[5]));
    __asm__ volatile("rdfsbase %0\n rdgsbase %1\n" : "=r"(current.fs), "=r"(current.gs));
}

static void run(struct record *r) {
    memcpy(&current, r, sizeof current);
    for (int i = 0; i < 2; i++) {
        memcpy(DATA + r->patches[i].offset, r->patches[i].bytes, r->patches[i].length);
    }
    int flat = (r->selector[1] & 4) == 0;
    uint8_t *at = writable + (flat ? r->rip - (uint64_t) CODE : r->rip);
    memcpy(at, r->code, r->length);
    far_target.offset = (uint32_t) r->rip;
    far_target.selector = r->selector[1];
    running = 1;
    alarm(2);
    enter_case();
    alarm(0);
    memset(at, BREAKPOINT, r->length);
    const uint64_t *words = (const uint64_t *) DATA;
    uint64_t digest = 0;
    for (int i = 0; i < REGION / 8; i++) {
        digest = digest * 31 + words[i];
        if (words[i] != ((const uint64_t *) pattern)[i]) {
            int which = current.changed[1] == 0 && current.changed[0] == 0 ? 0 : 2;
            current.changed[which] = (uint64_t) i * 8;
            current.changed[which + 1] = words[i];
        }
    }
    current.digest = digest;
    memcpy(DATA, pattern, REGION);
    memcpy(r, &current, sizeof current);
}

static int entry(unsigned number, unsigned base, unsigned limit, unsigned contents, unsigned readOnly, unsigned wide, unsigned pages, unsigned absent) {
    struct user_desc d;
    memset(&d, 0, sizeof d);
    d.entry_number = number;
    d.base_addr = base;
    d.limit = limit;
    d.contents = contents;
    d.read_exec_only = readOnly;
    d.seg_32bit = wide;
    d.limit_in_pages = pages;
    d.seg_not_present = absent;
    d.useable = number & 1;
    return syscall(SYS_modify_ldt, 0x11, &d, sizeof d) == 0;
}

/* Contents: 0 data, 1 expand-down data, 2 code, 3 conforming code. */
static int tables(void) {
    unsigned data = (unsigned) (uintptr_t) DATA;
    unsigned code = (unsigned) (uintptr_t) CODE;
    return entry(1, code, 0xffff, 2, 0, 0, 0, 0) && entry(2, data, 0xffff, 0, 0, 0, 0, 0) && entry(3, code, 0xffff, 2, 0, 1, 0, 0)
        && entry(4, code, 0xffff, 2, 1, 1, 0, 0) && entry(5, data, 0xfffff, 0, 0, 1, 1, 0) && entry(6, data, 0xffff, 0, 1, 0, 0, 0)
        && entry(7, data, 0xfff, 1, 0, 0, 0, 0) && entry(8, data, 0x7fff, 1, 0, 1, 0, 0) && entry(9, data, 0xffff, 0, 0, 0, 0, 1)
        && entry(10, code, 0xffff, 2, 0, 1, 0, 1) && entry(11, code, 0xffff, 3, 0, 1, 0, 1) && entry(12, data, 0xff, 0, 0, 1, 0, 0)
        && entry(13, code, 0x3fff, 2, 0, 0, 0, 0) && entry(14, data, 0, 0, 0, 1, 1, 0);
}

static int transfer(void *bytes, size_t count, int out) {
    uint8_t *at = bytes;
    while (count > 0) {
        ssize_t done = out ? write(1, at, count) : read(0, at, count);
        if (done <= 0) {
            return 0;
        }
        at += done;
        count -= (size_t) done;
    }
    return 1;
}

int main(void) {
    static uint8_t stack[0x20000];
    static uint64_t descriptors[ENTRIES];
    static struct record record;
    if (!(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_BIT)) {
        return 2;
    }
    if (!tables()) {
        return 3;
    }
    syscall(SYS_modify_ldt, 0, descriptors, sizeof descriptors);
    int memory = memfd_create("code", 0);
    if (ftruncate(memory, REGION) != 0) {
        return 4;
    }
    uint8_t *data = mmap(DATA, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    uint8_t *code = mmap(CODE, REGION, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE, memory, 0);
    writable = mmap(0, REGION, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (data != DATA || code != CODE || writable == MAP_FAILED) {
        return 4;
    }
    memset(writable, BREAKPOINT, REGION);
    for (int i = 0; i < REGION; i++) {
        pattern[i] = (uint8_t) (i * 0x9d + (i >> 8) * 0x3b);
    }
    memcpy(DATA, pattern, REGION);
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, 0);
    struct sigaction action = {.sa_sigaction = signal_entry, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    int numbers[] = {SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGTRAP, SIGALRM};
    for (int i = 0; i < 6; i++) {
        sigaction(numbers[i], &action, 0);
    }
    if (!transfer(descriptors, sizeof descriptors, 1)) {
        return 5;
    }
    while (transfer(&record, sizeof record, 0)) {
        run(&record);
        if (!transfer(&record, sizeof record, 1)) {
            return 5;
        }
    }
    return 0;
}
