/* SPDX-License-Identifier: ISC */
/* The console as a process: on a terminal of its own, with a node that may be anything. */
#define _GNU_SOURCE
#include "fake_node.h"
#include "pty.h"
#include "tap.h"

#include "base/clock.h"

#include <dirent.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_MS = 30000, ROWS = 24, COLS = 80 };
#define F10 "\033[21~"

static char folder[] = "/tmp/conclave-XXXXXX";
static char socket_path[64];
static const char *program;

/* --- driving it --- */

static int become(void *context)
{
    char **argv = context;
    (void)dup2(STDOUT_FILENO, STDERR_FILENO);
    if (chdir(folder) == 0) {
        execv(program, argv);
    }
    return 127;
}

/* Starts it with these options, and this node's socket unless there are none. */
static struct pty *start(const char *term, const char *const *options)
{
    struct pty *p = calloc(1, sizeof(*p));
    const char *argv[16] = {"conclave-console", "--socket", socket_path};
    size_t count = 3;
    for (; options != NULL && *options != NULL; options++) {
        argv[count++] = *options;
    }
    if (p == NULL || !pty_start(p, term, ROWS, COLS, become, argv)) {
        printf("Bail out! no pseudo-terminal\n");
        exit(99);
    }
    return p;
}

static bool is_shown(const struct pty *p, const char *words)
{
    for (unsigned row = 0; row < p->screen.rows; row++) {
        if (strstr(vt_row(&p->screen, row), words) != NULL) {
            return true;
        }
    }
    return false;
}

static bool shows(struct pty *p, const char *words)
{
    uint64_t end = clock_monotonic_ms() + LONG_MS;
    while (!is_shown(p, words)) {
        if (clock_monotonic_ms() >= end) {
            for (unsigned row = 0; row < p->screen.rows; row++) {
                printf("# %s\n", vt_row(&p->screen, row));
            }
            return false;
        }
        pty_turn(p, -1, 10);
    }
    return true;
}

/* Its exit status; 256 and more: a signal. */
static int end_of(struct pty *p)
{
    int status = pty_wait(p, LONG_MS);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static void finish(struct pty *p)
{
    pty_end(p);
    free(p);
}

static bool given_back(const struct pty *p)
{
    struct termios now = pty_modes(p);
    return !p->screen.alternate && !p->screen.hidden && now.c_lflag == p->before.c_lflag &&
           now.c_iflag == p->before.c_iflag && now.c_oflag == p->before.c_oflag;
}

/* --- life --- */

static void test_life(void)
{
    pid_t node = fake_node_start(socket_path, FAKE_QUIET);
    struct pty *p = start("xterm-256color", NULL);
    ok(shows(p, "council-a") && shows(p, "[1 Council]"), "it shows the council");
    pty_type(p, "2");
    ok(shows(p, "[2 Consensus]"), "a key shows another view");
    pty_type(p, "\033[<0;3;5M\033[<0;3;5m");
    ok(shows(p, "[1 Council]"), "a click too");
    pty_type(p, "?");
    ok(shows(p, "Moving"), "help");
    pty_type(p, "\033");
    pty_resize(p, 40, 120);
    (void)kill(p->child, SIGWINCH);
    pty_type(p, "7");
    ok(shows(p, "[7 Log]") && strstr(vt_row(&p->screen, 39), "F10") != NULL,
       "the keys stand at the bottom of a screen that has grown");
    pty_type(p, "\032");
    pty_type(p, "3");
    ok(shows(p, "[3 Ballots]"), "^Z does not hang it where nobody could continue it");
    fake_node_stop(&node);
    ok(shows(p, "RECONNECTING"), "the node goes away");
    node = fake_node_start(socket_path, FAKE_QUIET);
    ok(shows(p, "LIVE"), "and comes back");
    pty_type(p, F10);
    is(end_of(p), 0, "F10 quits");
    ok(given_back(p), "and the terminal is as it was");
    fake_node_stop(&node);
    finish(p);
}

static void test_signals(void)
{
    static const int signals[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT};
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        struct pty *p = start("xterm", NULL);
        (void)shows(p, "RECONNECTING");
        (void)kill(p->child, signals[i]);
        is(end_of(p), 0, strsignal(signals[i]));
        ok(given_back(p), "gives the terminal back");
        finish(p);
    }
    struct pty *p = start("xterm", NULL);
    (void)shows(p, "RECONNECTING");
    pty_hang_up(p);
    is(end_of(p), 0, "a terminal that vanishes ends it");
    finish(p);
    p = start("xterm", NULL);
    (void)shows(p, "RECONNECTING");
    (void)kill(p->child, SIGSEGV);
    ok(end_of(p) == 256 + SIGSEGV && given_back(p), "a crash gives the terminal back, too");
    finish(p);
}

/* --- unpleasant company --- */

static void test_nodes(void)
{
    pid_t node = fake_node_start(socket_path, FAKE_GARBAGE);
    struct pty *p = start("xterm-256color", NULL);
    ok(shows(p, "RECONNECTING"), "garbage is no node");
    pty_type(p, "6");
    ok(shows(p, "[6 Ledger]"), "and does not keep it from answering");
    is(p->screen.unknown, 0, "nothing of it reaches the terminal");
    fake_node_stop(&node);
    node = fake_node_start(socket_path, FAKE_QUIET);
    ok(shows(p, "LIVE"), "a better node is found");
    finish(p);
    fake_node_stop(&node);

    node = fake_node_start(socket_path, FAKE_FLOOD);
    p = start("xterm-256color", NULL);
    ok(shows(p, "LIVE"), "a flood of events");
    unsigned frames = p->screen.frames;
    uint64_t begun = clock_monotonic_ms();
    for (int i = 0; i < 10; i++) {
        char key[] = {(char)('1' + i % 7), '\0'};
        static const char *const tabs[] = {"[1", "[2", "[3", "[4", "[5", "[6", "[7"};
        pty_type(p, key);
        if (!shows(p, tabs[i % 7])) {
            break;
        }
    }
    ok(shows(p, "[3"), "keys are answered in it");
    for (int i = 0; clock_monotonic_ms() < begun + 2000; i++) {
        pty_type(p, i % 2 == 0 ? "1" : "2");
        pty_turn(p, -1, 10);
    }
    uint64_t took = clock_monotonic_ms() - begun;
    frames = p->screen.frames - frames;
    /* What was painted before may arrive after. */
    ok(frames <= 20 * (took / 1000 + 1) + 2, "with at most 20 frames a second: %u in %u ms",
       frames, (unsigned)took);
    p->deaf = true;
    (void)poll(NULL, 0, 300);
    pty_type(p, F10);
    is(end_of(p), 0, "it quits though nobody reads what it paints");
    finish(p);
    fake_node_stop(&node);
}

static void test_types(void)
{
    static const char *const types[] = {"vt100", "linux", "screen", "tmux-256color"};
    pid_t node = fake_node_start(socket_path, FAKE_QUIET);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct pty *p = start(types[i], NULL);
        ok(shows(p, "council-a") && p->screen.unknown == 0, "on %s", types[i]);
        pty_type(p, i == 0 ? "\003" : F10); /* the VT100 has no such key */
        is(end_of(p), 0, "and off");
        finish(p);
    }
    (void)setenv("NO_COLOR", "1", 1);
    struct pty *p = start("xterm-256color", NULL);
    ok(shows(p, "council-a") && p->screen.colours == 0, "NO_COLOR is heeded");
    finish(p);
    (void)unsetenv("NO_COLOR");
    fake_node_stop(&node);
}

/* --- files --- */

static char *in_folder(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_folder(name), "w");
    if (f != NULL) {
        (void)fputs(text, f);
        (void)fclose(f);
    }
}

static bool file_has(const char *name, const char *words)
{
    char text[8192] = "";
    FILE *f = fopen(in_folder(name), "r");
    if (f == NULL) {
        return false;
    }
    text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
    (void)fclose(f);
    return strstr(text, words) != NULL;
}

/* How many files begin so; the name of one. */
static unsigned count_files(const char *prefix, char *name, size_t size)
{
    unsigned count = 0;
    DIR *d = opendir(folder);
    for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
        if (strncmp(e->d_name, prefix, strlen(prefix)) == 0) {
            (void)snprintf(name, size, "%s", e->d_name);
            count++;
        }
    }
    (void)closedir(d);
    return count;
}

static void test_files(void)
{
    pid_t node = fake_node_start(socket_path, FAKE_QUIET);
    char name[300] = "";
    write_file("settings", "# J and K\n\nkey consensus { keys = \"x\" }\n"
                           "role live { style = \"white on 20\" }\n");
    const char *options[] = {"--config", "settings", NULL};
    struct pty *p = start("xterm-256color", options);
    (void)shows(p, "council-a");
    pty_type(p, "x");
    ok(shows(p, "[2 Consensus]"), "a key of the settings");
    pty_type(p, ":set clock off\r:save\r");
    ok(shows(p, "saved in"), "settings are saved");
    ok(file_has("settings", "clock = false") && file_has("settings", "role live") &&
           file_has("settings", "key consensus { keys = \"x\" }"),
       "with what was there");
    is(count_files("settings", name, sizeof(name)), 1, "and no other file is left");
    pty_type(p, "SS");
    ok(shows(p, "written to conclave-"), "a snapshot");
    for (int i = 0; i < 100 && count_files("conclave-2", name, sizeof(name)) < 2; i++) {
        pty_turn(p, -1, 20);
    }
    is(count_files("conclave-2", name, sizeof(name)), 2, "two are two files");
    ok(file_has(name, "[2 Consensus]"), "of what the screen shows");
    pty_type(p, ":write settings\r");
    ok(shows(p, "cannot write settings"), "no file is written over");
    finish(p);

    write_file("settings", "clock = false\n# a comment\nkey half-dwn { keys = \"x\" }\n");
    p = start("xterm-256color", options);
    ok(shows(p, "settings:3: there is no action \"half-dwn\""),
       "bad settings are named with their line");
    ok(shows(p, "council-a"), "and do not keep it from starting");
    finish(p);

    const char *record[] = {"--record", "kept", NULL};
    p = start("xterm-256color", record);
    (void)shows(p, "council-a");
    pty_type(p, F10);
    is(end_of(p), 0, "a recording");
    finish(p);
    fake_node_stop(&node);
    ok(file_has("kept", "council-a"), "is kept");
}

/* --- without a terminal --- */

/* What a command says, and its status. */
static int command(const char *line, char *out, size_t size)
{
    char all[512];
    (void)snprintf(all, sizeof(all), "cd %s && %s %s 2>&1 </dev/null", folder, program,
                   line);
    FILE *f = popen(all, "r");
    size_t got = f != NULL ? fread(out, 1, size - 1, f) : 0;
    out[got] = '\0';
    int status = f != NULL ? pclose(f) : -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_without(void)
{
    static char out[65536];
    pid_t node = fake_node_start(socket_path, FAKE_QUIET);
    char line[200];
    (void)snprintf(line, sizeof(line), "--once --socket %s --size 60x15 --view log",
                   socket_path);
    is(command(line, out, sizeof(out)), 0, "one screen");
    ok(strstr(out, "council-a") != NULL && strstr(out, "[7 Log]") != NULL &&
           strchr(out, '\033') == NULL,
       "as text");
    (void)snprintf(line, sizeof(line), "--once --format json --socket %s", socket_path);
    ok(command(line, out, sizeof(out)) == 0 &&
           strncmp(out, "{\"rows\":24,\"cols\":80,\"theme\":\"default\"", 38) == 0,
       "as JSON");
    (void)snprintf(line, sizeof(line), "--once --mono --ascii --format json --socket %s",
                   socket_path);
    ok(command(line, out, sizeof(out)) == 0 && strstr(out, "\"theme\":\"mono\"") != NULL,
       "without colour");
    ok(command("--once --replay kept", out, sizeof(out)) == 0 &&
           strstr(out, "REPLAY") != NULL && strstr(out, "council-a") != NULL,
       "of a recording");
    ok(command("--plain --replay kept", out, sizeof(out)) == 0 &&
           strstr(out, "Z connected\n") != NULL,
       "lines of a recording");
    fake_node_stop(&node);
    (void)snprintf(line, sizeof(line), "--once --socket %s", socket_path);
    ok(command(line, out, sizeof(out)) == 1 && strstr(out, socket_path) != NULL,
       "a node that is not there: %.*s", (int)strcspn(out, "\n"), out);
    (void)snprintf(line, sizeof(line), "--socket %s", socket_path);
    ok(command(line, out, sizeof(out)) == 1 && strstr(out, "--once") != NULL,
       "no terminal: %.*s", (int)strcspn(out, "\n"), out);
}

static void test_usage(void)
{
    static const struct {
        const char *line, *words;
    } cases[] = {{"--size 80", "--size wants columns and rows"},
                 {"--size 0x0", "--size wants"},
                 {"--size 80x24x", "--size wants"},
                 {"--view nowhere", "--view wants council"},
                 {"--format xml", "--format wants text or json"},
                 {"--speed 0", "--speed wants a number"},
                 {"--theme loud", "there is no theme \"loud\""},
                 {"--bogus", "there is no option --bogus"},
                 {"--socket", "--socket wants an argument"},
                 {"--once --plain", "choose one"},
                 {"--replay a --socket b", "without any node"},
                 {"--replay a --record b", "--record"},
                 {"--plain --record b", "--record"},
                 {"word", "\"word\" is one argument too many"},
                 {"--once '\033[2J'", "\\x1b[2J"}};
    static char out[8192];
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        int status = command(cases[i].line, out, sizeof(out));
        ok(status == 2 && strstr(out, cases[i].words) != NULL &&
               strchr(out, '\033') == NULL,
           "misuse: %.*s", (int)strcspn(out, "\n"), out);
    }
    ok(command("--once --config none", out, sizeof(out)) == 1 &&
           strstr(out, "none") != NULL,
       "settings that were named and are not there");
    ok(command("--version", out, sizeof(out)) == 0 &&
           strstr(out, "conclave-console ") == out,
       "version");
}

int main(void)
{
    const char *built = getenv("top_builddir");
    char path[4096], line[64];
    if (setlocale(LC_ALL, "C.UTF-8") == NULL || mkdtemp(folder) == NULL) {
        printf("1..0 # SKIP no locale C.UTF-8, or no folder\n");
        return 0;
    }
    (void)snprintf(path, sizeof(path), "%s/conclave-console", built != NULL ? built : ".");
    program = realpath(path, NULL);
    (void)snprintf(socket_path, sizeof(socket_path), "%s/socket", folder);
    if (program == NULL) {
        printf("Bail out! there is no %s\n", path);
        return 99;
    }
    (void)setenv("LC_ALL", "C.UTF-8", 1);
    (void)setenv("HOME", folder, 1);
    (void)unsetenv("XDG_CONFIG_HOME");
    (void)unsetenv("CONCLAVE_SOCKET");
    (void)unsetenv("NO_COLOR");
    test_life();
    test_signals();
    test_nodes();
    test_types();
    test_files();
    test_without();
    test_usage();
    (void)snprintf(line, sizeof(line), "rm -rf %s", folder);
    (void)!system(line);
    return tap_done();
}
