/*
 * Runs single instructions on this processor. Cases lie in a file that is shared with the tests: each holds a state, the bytes of one instruction and room
 * for the state after it, which replaces the one before. A byte on standard input asks for the cases counted in the header, a byte on standard output
 * answers. Everything lies at fixed addresses, so that the tests' own processor can have the same there.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>

#define DATA ((uint8_t *) 0x20001000)
#define DATA_SIZE 0x2000
#define GUARD 0x10000
#define CODE ((uint8_t *) 0x21000000)
#define CODE_SIZE 0x10000
#define STUB 0x20
#define POINTER 0x28
#define CODE32 0x23
#define CODE64 0x33
#define WINDOW 0x600
#define XSTATE 7 /* x87, SSE, AVX */
#define XSTATE_HEADER 512
#define YMM 576
#define YMM_SIZE 256
#define HEADER 0x1000
#define BREAKPOINT 0xcc
#define HWCAP2_FSGSBASE_BIT 2
#define QUIET_MXCSR 0x1f80
#define QUIET_CONTROL 0x37f

struct record {
    uint64_t gpr[16]; /* by number: rax rcx rdx rbx rsp rbp rsi rdi r8... */
    uint64_t rip, flags, fs, gs;
    uint8_t code[16];
    uint32_t length;
    uint32_t window; /* where the window is in the data pages */
    int64_t vector;  /* of the exception, or -1 */
    uint64_t error, address;
    uint64_t outside; /* a digest of what was written outside the window */
    uint32_t compatibility; /* run in a 32-bit code segment */
    uint8_t pad[0x200 - 0xdc];
    uint8_t fx[0x400]; /* as XSAVE64 writes it */
    uint8_t memory[WINDOW];
};

_Static_assert(offsetof(struct record, fx) == 0x200, "layout");
_Static_assert(sizeof(struct record) == 0xc00, "layout");

struct record current __attribute__((aligned(64), visibility("hidden")));
uint64_t own_stack __attribute__((visibility("hidden")));
uint64_t own_fs __attribute__((visibility("hidden")));
uint64_t own_gs __attribute__((visibility("hidden")));
static uint8_t *writable; /* the code pages again, for us to write to: cases must not */
uint64_t target __attribute__((visibility("hidden")));
struct {
    uint32_t offset;
    uint16_t selector;
} far_target __attribute__((visibility("hidden")));
uint32_t quiet_mxcsr __attribute__((visibility("hidden"))) = QUIET_MXCSR;
uint32_t xstate __attribute__((visibility("hidden"))); /* the components that there are */
static volatile int running;

void enter_case(void);
void enter_compatibility(void);
void leave_case(void);
void after_signal(void);
void signal_entry(int, siginfo_t *, void *);

/* No register is free, so all state is reached by RIP. FLAGS go first and come last; MOV, LEA and JMP leave them alone. */
__asm__(".text\n"
        "enter_case:\n"
        " push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
        " mov %rsp, own_stack(%rip)\n"
        " rdfsbase %rax\n mov %rax, own_fs(%rip)\n"
        " rdgsbase %rax\n mov %rax, own_gs(%rip)\n"
        " mov xstate(%rip), %eax\n xor %edx, %edx\n xrstor64 current+0x200(%rip)\n"
        " mov current+0x90(%rip), %rax\n wrfsbase %rax\n"
        " mov current+0x98(%rip), %rax\n wrgsbase %rax\n"
        " pushq current+0x88(%rip)\n popfq\n"
        " mov current+0x00(%rip), %rax\n mov current+0x08(%rip), %rcx\n mov current+0x10(%rip), %rdx\n mov current+0x18(%rip), %rbx\n"
        " mov current+0x28(%rip), %rbp\n mov current+0x30(%rip), %rsi\n mov current+0x38(%rip), %rdi\n mov current+0x40(%rip), %r8\n"
        " mov current+0x48(%rip), %r9\n mov current+0x50(%rip), %r10\n mov current+0x58(%rip), %r11\n mov current+0x60(%rip), %r12\n"
        " mov current+0x68(%rip), %r13\n mov current+0x70(%rip), %r14\n mov current+0x78(%rip), %r15\n"
        " mov current+0x20(%rip), %rsp\n"
        " jmp *target(%rip)\n"
        "enter_compatibility:\n"
        " ljmp *far_target(%rip)\n"
        "leave_case:\n"
        " mov %rsp, current+0x20(%rip)\n mov own_stack(%rip), %rsp\n"
        " mov %rax, current+0x00(%rip)\n mov %rcx, current+0x08(%rip)\n mov %rdx, current+0x10(%rip)\n mov %rbx, current+0x18(%rip)\n"
        " mov %rbp, current+0x28(%rip)\n mov %rsi, current+0x30(%rip)\n mov %rdi, current+0x38(%rip)\n mov %r8, current+0x40(%rip)\n"
        " mov %r9, current+0x48(%rip)\n mov %r10, current+0x50(%rip)\n mov %r11, current+0x58(%rip)\n mov %r12, current+0x60(%rip)\n"
        " mov %r13, current+0x68(%rip)\n mov %r14, current+0x70(%rip)\n mov %r15, current+0x78(%rip)\n"
        " pushfq\n popq current+0x88(%rip)\n"
        " pushq $2\n popfq\n"
        " mov xstate(%rip), %eax\n xor %edx, %edx\n xsave64 current+0x200(%rip)\n fninit\n ldmxcsr quiet_mxcsr(%rip)\n"
        "after_signal:\n"
        " rdfsbase %rax\n mov %rax, current+0x90(%rip)\n mov own_fs(%rip), %rax\n wrfsbase %rax\n"
        " rdgsbase %rax\n mov %rax, current+0x98(%rip)\n mov own_gs(%rip), %rax\n wrgsbase %rax\n"
        " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
        " ret\n"
        /* The handler starts with the flags of the case: an alignment check would be fatal. */
        "signal_entry:\n"
        " pushq $2\n popfq\n"
        " jmp on_signal\n");

__attribute__((used, visibility("hidden"))) void on_signal(int number, siginfo_t *info, void *context) {
    static const uint8_t order[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    ucontext_t *uc = context;
    greg_t *regs = uc->uc_mcontext.gregs;
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
    current.vector = regs[REG_TRAPNO];
    current.error = (uint64_t) regs[REG_ERR];
    current.address = (uint64_t) regs[REG_CR2];
    uint8_t *fx = (uint8_t *) uc->uc_mcontext.fpregs;
    uint64_t saved = *(uint64_t *) (fx + XSTATE_HEADER);
    for (int i = 0; i < 512; i++) {
        current.fx[i] = fx[i];
    }
    for (int i = YMM; i < YMM + YMM_SIZE; i++) {
        current.fx[i] = (saved & xstate & 4) != 0 ? fx[i] : 0;
    }
    *(uint16_t *) fx = QUIET_CONTROL;
    *(uint16_t *) (fx + 2) = 0;
    fx[4] = 0;
    *(uint32_t *) (fx + 24) = QUIET_MXCSR;
    regs[REG_RIP] = (greg_t) after_signal;
    regs[REG_RSP] = (greg_t) own_stack;
    regs[REG_EFL] = 0x202;
    regs[REG_CSGSFS] = (regs[REG_CSGSFS] & ~0xffffLL) | CODE64;
}

static void copy(void *to, const void *from, size_t count) {
    uint64_t *t = to;
    const uint64_t *f = from;
    for (size_t i = 0; i < count / 8; i++) {
        t[i] = f[i];
    }
}

/* Digests and clears what is outside the window, where all should be zero. */
static uint64_t outside(void) {
    uint64_t *words = (uint64_t *) DATA;
    uint64_t digest = 0;
    uint64_t any = 0;
    for (int i = 0; i < DATA_SIZE / 8; i++) {
        any |= words[i];
    }
    if (any != 0) {
        for (int i = 0; i < DATA_SIZE / 8; i++) {
            digest = digest * 31 + words[i];
            words[i] = 0;
        }
    }
    return digest;
}

static void put(uint8_t *at, uint64_t value, int size) {
    for (int i = 0; i < size; i++) {
        at[i] = (uint8_t) (value >> 8 * i);
    }
}

/* Behind the instruction: JMP through a pointer, in a 32-bit segment after a far JMP to it. */
static void way_out(uint8_t *at, struct record *r) {
    uint8_t *end = at + r->length;
    uint8_t *jump = end;
    target = r->rip;
    if (r->compatibility) {
        put(end, 0xea, 1);
        put(end + 1, r->rip + STUB, 4);
        put(end + 5, CODE64, 2);
        jump = at + STUB;
        far_target.offset = (uint32_t) r->rip;
        far_target.selector = CODE32;
        target = (uint64_t) enter_compatibility;
    }
    put(jump, 0x25ff, 2);
    put(jump + 2, (uint64_t) (at + POINTER - jump - 6), 4);
    put(at + POINTER, (uint64_t) leave_case, 8);
}

static void run(struct record *r) {
    copy(&current, r, sizeof current);
    *(uint64_t *) (current.fx + XSTATE_HEADER) = xstate;
    copy(DATA + r->window, r->memory, WINDOW);
    uint8_t *at = writable + (r->rip - (uint64_t) CODE);
    for (uint32_t i = 0; i < r->length; i++) {
        at[i] = r->code[i];
    }
    way_out(at, r);
    current.rip = r->rip + r->length;
    current.vector = -1;
    running = 1;
    enter_case();
    running = 0;
    for (int i = 0; i < POINTER + 8; i++) {
        at[i] = BREAKPOINT;
    }
    copy(current.memory, DATA + r->window, WINDOW);
    for (int i = 0; i < WINDOW; i++) {
        DATA[r->window + (uint32_t) i] = 0;
    }
    current.outside = outside();
    copy(r, &current, sizeof current);
}

int main(int count, char **arguments) {
    static uint8_t stack[0x20000];
    uint32_t eax, ebx, ecx, edx;
    if (count != 2 || !(getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE_BIT) || !__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & bit_OSXSAVE)) {
        return 2;
    }
    __asm__("xgetbv" : "=a"(eax), "=d"(edx) : "c"(0));
    xstate = eax & XSTATE;
    int file = open(arguments[1], O_RDWR);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) {
        return 3;
    }
    uint8_t *shared = mmap(0, (size_t) status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
    uint8_t *guard = mmap(DATA - GUARD, 2 * GUARD + DATA_SIZE, PROT_NONE, fixed | MAP_NORESERVE, -1, 0);
    int memory = memfd_create("code", 0);
    if (ftruncate(memory, CODE_SIZE) != 0) {
        return 4;
    }
    uint8_t *code = mmap(CODE, CODE_SIZE, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_FIXED_NOREPLACE, memory, 0);
    writable = mmap(0, CODE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (shared == MAP_FAILED || guard != DATA - GUARD || code != CODE || writable == MAP_FAILED || mprotect(DATA, DATA_SIZE, PROT_READ | PROT_WRITE) != 0) {
        return 4;
    }
    for (int i = 0; i < CODE_SIZE; i++) {
        writable[i] = BREAKPOINT;
    }
    /* 32-bit code needs them; 64-bit code does not care. */
    __asm__ volatile("mov %0, %%ds\n mov %0, %%es\n" ::"r"(0x2b));
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    sigaltstack(&alternate, 0);
    struct sigaction action = {.sa_sigaction = signal_entry, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    int numbers[] = {SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGTRAP};
    for (int i = 0; i < 5; i++) {
        sigaction(numbers[i], &action, 0);
    }
    volatile uint32_t *header = (volatile uint32_t *) shared;
    char byte;
    while (read(0, &byte, 1) == 1) {
        struct record *cases = (struct record *) (shared + HEADER);
        for (uint32_t i = 0; i < header[0]; i++) {
            header[1] = i;
            run(cases + i);
        }
        if (write(1, &byte, 1) != 1) {
            return 5;
        }
    }
    return 0;
}
