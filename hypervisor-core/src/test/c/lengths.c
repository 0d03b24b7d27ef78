/*
 * How many bytes this processor takes for an instruction. An instruction is put before a page that cannot be read, first its first byte alone, then two bytes,
 * and so on: as long as it is incomplete, fetching it faults at the page's start while RIP is still at its own. All registers hold an address that is not
 * canonical, so it can reach no memory; a filter of system calls lets it do nothing else.
 *
 * usage: lengths CASES RESULTS COUNT; a case is 15 bytes, a result the length (0: more than 15) and the signal that the complete instruction raised (0: it ended).
 */
#define _GNU_SOURCE
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define PAGE 4096
#define CODE ((uint8_t *) 0x700000000000)
#define BOUNDARY (CODE + PAGE)
#define LONGEST 15
#define FETCH 0x10
#define BREAKPOINT 0xcc
#define NOWHERE "0x5a5a5a5a5a5a5a5a"

uint64_t own_stack __attribute__((visibility("hidden")));
uint64_t own_fs __attribute__((visibility("hidden")));
uint64_t target __attribute__((visibility("hidden")));
static volatile int incomplete;
static volatile int raised;

void enter(void);
void leave(void);

__asm__(".text\n"
        "enter:\n"
        " push %rbx\n push %rbp\n push %r12\n push %r13\n push %r14\n push %r15\n"
        " mov %rsp, own_stack(%rip)\n"
        " rdfsbase %rax\n mov %rax, own_fs(%rip)\n"
        " fninit\n"
        " mov $" NOWHERE ", %rax\n"
        " xor %ecx, %ecx\n wrfsbase %rcx\n wrgsbase %rcx\n"
        " mov %rax, %rcx\n mov %rax, %rdx\n mov %rax, %rbx\n mov %rax, %rsp\n mov %rax, %rbp\n mov %rax, %rsi\n mov %rax, %rdi\n"
        " mov %rax, %r8\n mov %rax, %r9\n mov %rax, %r10\n mov %rax, %r11\n mov %rax, %r12\n mov %rax, %r13\n mov %rax, %r14\n"
        " mov %rax, %r15\n"
        " jmp *target(%rip)\n"
        "leave:\n"
        " cld\n"
        " mov own_stack(%rip), %rsp\n"
        " mov own_fs(%rip), %rax\n wrfsbase %rax\n"
        " fninit\n"
        " pop %r15\n pop %r14\n pop %r13\n pop %r12\n pop %rbp\n pop %rbx\n"
        " ret\n");

static void signalled(int number, siginfo_t *information, void *context) {
    greg_t *registers = ((ucontext_t *) context)->uc_mcontext.gregs;
    int at_start = (uint64_t) registers[REG_RIP] == target;
    int fetch = registers[REG_TRAPNO] == 14 && (registers[REG_ERR] & FETCH) != 0;
    incomplete = number == SIGSEGV && at_start && fetch && (uint8_t *) information->si_addr == BOUNDARY;
    raised = fetch && !at_start ? 0 : number;
    registers[REG_RIP] = (greg_t) leave;
    registers[REG_EFL] = 2;
}

static int attempt(const uint8_t *bytes, int count) {
    memcpy(BOUNDARY - count, bytes, count);
    target = (uint64_t) (BOUNDARY - count);
    enter();
    return !incomplete;
}

static void measure(const uint8_t *bytes, uint8_t *result) {
    for (int count = 1; count <= LONGEST; count++) {
        memset(BOUNDARY - 64, BREAKPOINT, 64);
        if (attempt(bytes, count)) {
            result[0] = count;
            result[1] = raised;
            return;
        }
    }
    result[0] = 0;
    result[1] = SIGSEGV;
}

static void confine(void) {
    static struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xc000003e, 0, 7),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 4, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_alarm, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    struct sock_fprog program = {sizeof(rules) / sizeof(rules[0]), rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        exit(3);
    }
}

static uint8_t *map(const char *name, int flags, size_t size) {
    FILE *file = fopen(name, "r+");
    uint8_t *where = file == NULL ? MAP_FAILED : mmap(NULL, size, PROT_READ | PROT_WRITE, flags, fileno(file), 0);
    if (where == MAP_FAILED) {
        perror(name);
        exit(4);
    }
    return where;
}

int main(int count, char **arguments) {
    if (count != 4) {
        return 2;
    }
    int cases = atoi(arguments[3]);
    uint8_t *bytes = map(arguments[1], MAP_PRIVATE, (size_t) cases * LONGEST);
    uint8_t *results = map(arguments[2], MAP_SHARED, (size_t) cases * 2);
    if (mmap(CODE, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != CODE
        || mmap(BOUNDARY, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) != BOUNDARY) {
        return 4;
    }
    memset(CODE, BREAKPOINT, PAGE);
    static uint8_t stack[1 << 16];
    stack_t alternative = {.ss_sp = stack, .ss_size = sizeof(stack)};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_sigaction = signalled, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    int signals[] = {SIGSEGV, SIGILL, SIGFPE, SIGTRAP, SIGBUS, SIGSYS};
    for (size_t n = 0; n < sizeof(signals) / sizeof(signals[0]); n++) {
        sigaction(signals[n], &action, NULL);
    }
    confine();
    for (int n = 0; n < cases; n++) {
        results[2 * n] = 0xff; /* what it stays if the process dies */
        if (n % 1024 == 0) {
            alarm(20);
        }
        measure(bytes + (size_t) n * LONGEST, results + 2 * n);
    }
    _exit(0);
}
