/* SPDX-License-Identifier: ISC */
/* The lines of the log: their form, their destinations, and that nothing from outside
 * breaks out of them. */
#define _GNU_SOURCE
#include "base/log.h"

#include "base/last_words.h"
#include "base/log_place.h"
#include "base/log_text.h"
#include "base/text.h"
#include "random.h"
#include "tap.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LINE(level, ...)                                                                   \
    line((level), (const struct log_field[]){LOG_NAMED(__VA_ARGS__)}, false)
#define JSON(level, ...)                                                                   \
    line((level), (const struct log_field[]){LOG_NAMED(__VA_ARGS__)}, true)

static char formatted[8192];

static const char *line(enum log_level level, const struct log_field *fields, bool json)
{
    struct buffer b = {0};
    if (json) {
        log_text_json(&b, NULL, level, fields);
    } else {
        (void)log_text_logfmt(&b, level, fields);
    }
    size_t size = b.size < sizeof(formatted) - 1 ? b.size : sizeof(formatted) - 1;
    memcpy(formatted, b.data, size);
    formatted[size] = '\0';
    buffer_free(&b);
    return formatted;
}

static void same(const char *got, const char *expected)
{
    if (!ok(strcmp(got, expected) == 0, "%s", expected)) {
        printf("#   got %s\n", got);
    }
}

static void form(void)
{
    same(LINE(LOG_LEVEL_INFO, "node.started"), "level=info event=node.started");
    same(LINE(LOG_LEVEL_DEBUG, "a", LOG_N("n", UINT64_MAX), LOG_N("zero", 0)),
         "level=debug event=a n=18446744073709551615 zero=0");
    same(LINE(LOG_LEVEL_WARN, "a", LOG_I("skew", -15), LOG_I("least", INT64_MIN)),
         "level=warn event=a skew=-15 least=-9223372036854775808");
    same(LINE(LOG_LEVEL_ERROR, "a", LOG_X("hash", slice_of("\x00\xff\x1b", 3))),
         "level=error event=a hash=00ff1b");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_X("hash", SLICE_NONE)), "level=info event=a hash=");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("word", "plain/1.2:3")),
         "level=info event=a word=plain/1.2:3");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("words", "two words")),
         "level=info event=a words=\"two words\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("empty", ""), LOG_S("none", NULL)),
         "level=info event=a empty=\"\" none=\"\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_T("text", slice_of("cut here", 3))),
         "level=info event=a text=cut");
}

static void from_outside(void)
{
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "x\nlevel=error event=forged")),
         "level=info event=a v=\"x\\nlevel=error event=forged\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "a=b")), "level=info event=a v=\"a=b\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "\" event=forged")),
         "level=info event=a v=\"\\\" event=forged\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "\\")), "level=info event=a v=\"\\\\\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "\x1b]0;title\x07")),
         "level=info event=a v=\"\\x1b]0;title\\x07\"");
    same(LINE(LOG_LEVEL_INFO, "a",
              LOG_S("v", "\xc2\x9b"
                         "31m")),
         "level=info event=a v=\"\\u{9b}31m\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_S("v", "\xe6\xb0\xb4")),
         "level=info event=a v=\"\xe6\xb0\xb4\"");
    same(LINE(LOG_LEVEL_INFO, "a", LOG_T("v", slice_of("\0", 1))),
         "level=info event=a v=\"\\x00\"");
}

static void as_json(void)
{
    same(JSON(LOG_LEVEL_INFO, "node.started"),
         "{\"level\":\"info\",\"event\":\"node.started\"}");
    same(JSON(LOG_LEVEL_WARN, "a", LOG_N("n", UINT64_MAX), LOG_I("skew", -15),
              LOG_N("most", INT64_MAX), LOG_X("hash", slice_of("\x00\xff", 2)),
              LOG_S("none", NULL)),
         "{\"level\":\"warn\",\"event\":\"a\",\"n\":\"18446744073709551615\",\"skew\":-15,"
         "\"most\":9223372036854775807,"
         "\"hash\":\"00ff\",\"none\":\"\"}");
    same(JSON(LOG_LEVEL_INFO, "a", LOG_S("v", "say \"x\"\n\\ \x1b\x80 \xe6\xb0\xb4")),
         "{\"level\":\"info\",\"event\":\"a\",\"v\":"
         "\"say \\\"x\\\"\\\\n\\\\ \\\\x1b\\\\x80 \xe6\xb0\xb4\"}");
    is(log_form_parse("json"), LOG_FORM_JSON, "json is a form");
    is(log_form_parse("logfmt"), LOG_FORM_LOGFMT, "and logfmt");
    is(log_form_parse("xml"), -1, "no other word is");
}

/* Whatever the value, the line is harmless text, and the field after it is where it would
 * be beside a harmless value. */
static void noise(struct rng *r)
{
    int harmless = 0, last = 0;
    enum { ROUNDS = 5000 };
    for (int i = 0; i < ROUNDS; i++) {
        uint8_t value[40];
        rng_fill(r, value, sizeof(value));
        struct slice s = slice_of(value, rng_below(r, sizeof(value)));
        const char *got = LINE(LOG_LEVEL_INFO, "a", LOG_T("v", s), LOG_S("after", "here"));
        size_t size = strlen(got);
        bool quoted = false;
        size_t fields = 0;
        for (size_t k = 0; k < size; k++) {
            if (quoted && got[k] == '\\') {
                k++;
                continue;
            }
            quoted = quoted != (got[k] == '"');
            fields += !quoted && got[k] == ' ';
        }
        harmless += text_check(slice_of_string(got), false, NULL) == 0;
        last += fields == 3 && !quoted && strcmp(got + size - 11, " after=here") == 0;
    }
    is(harmless, ROUNDS, "no line drives a terminal");
    is(last, ROUNDS, "no value breaks out of its field");
}

static void levels(void)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    for (int i = 0; i < 4; i++) {
        is(log_level_parse(names[i]), i, names[i]);
        same(log_level_name((enum log_level)i), names[i]);
    }
    is(log_level_parse("loud"), -1, "no other word is a level");
    is(log_level_parse(""), -1, "nor none");
}

/* The whole file, or an empty string. */
static const char *content(const char *path)
{
    static char text[4096];
    FILE *f = fopen(path, "re");
    size_t size = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;
    text[size] = '\0';
    if (f != NULL) {
        (void)fclose(f);
    }
    return text;
}

/* ts=2026-01-02T03:04:05.678Z and a space. */
static bool is_stamped(const char *text)
{
    static const char form_of[] = "ts=dddd-dd-ddTdd:dd:dd.dddZ ";
    for (size_t i = 0; form_of[i] != '\0'; i++) {
        if (form_of[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form_of[i]) {
            return false;
        }
    }
    return true;
}

static void files(void)
{
    char directory[] = "/tmp/conclave-log-XXXXXX";
    char path[128], moved[128], nowhere[128];
    struct complaint why = {""};
    struct stat status;
    if (!ok(mkdtemp(directory) != NULL, "a directory of our own")) {
        return;
    }
    (void)snprintf(path, sizeof(path), "%s/log", directory);
    (void)snprintf(moved, sizeof(moved), "%s/log.1", directory);
    (void)snprintf(nowhere, sizeof(nowhere), "%s/none/log", directory);

    is(log_open(path, LOG_LEVEL_INFO, &why), 0, "a file is opened");
    LOG_EVENT(LOG_LEVEL_DEBUG, "too.quiet");
    LOG_EVENT(LOG_LEVEL_INFO, "first", LOG_N("n", 1));
    ok(is_stamped(content(path)), "a line starts with its time");
    ok(strcmp(content(path) + 28, "level=info event=first n=1\n") == 0,
       "and is the only one");
    ok(stat(path, &status) == 0 && (status.st_mode & 0027) == 0, "others cannot read it");

    is(log_open(nowhere, LOG_LEVEL_INFO, &why), CONCLAVE_EIO, "a place that is not there");
    ok(strstr(why.text, nowhere) != NULL, "is named in the complaint");
    LOG_EVENT(LOG_LEVEL_INFO, "second");
    ok(strstr(content(path), "event=second\n") != NULL, "the old file stays open");

    ok(rename(path, moved) == 0, "logrotate moves the file");
    LOG_EVENT(LOG_LEVEL_INFO, "third");
    ok(strstr(content(moved), "event=third\n") != NULL, "lines follow it");
    is(log_reopen(&why), 0, "until it is reopened");
    LOG_EVENT(LOG_LEVEL_WARN, "fourth");
    ok(strstr(content(moved), "fourth") == NULL, "no line more goes there");
    ok(strcmp(content(path) + 28, "level=warn event=fourth\n") == 0, "but to a new file");
    log_close();
    is(log_reopen(&why), 0, "standard error needs no reopening");
    (void)unlink(path);
    (void)unlink(moved);
    (void)rmdir(directory);
}

/* --- standard error --- */

/* What a child says on its standard error, a pipe: the journal's where is_journal. */
static const char *said(bool is_journal, void (*say)(void))
{
    static char text[4096];
    int ends[2];
    char stream[64];
    struct stat st;
    text[0] = '\0';
    if (pipe(ends) != 0) {
        return text;
    }
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)fstat(STDERR_FILENO, &st);
        (void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
                       (unsigned long long)st.st_ino + !is_journal);
        (void)setenv("JOURNAL_STREAM", stream, 1);
        (void)log_open("stderr", LOG_LEVEL_DEBUG, NULL);
        say();
        _exit(0);
    }
    (void)close(ends[1]);
    size_t size = 0;
    ssize_t got;
    while ((got = read(ends[0], text + size, sizeof(text) - 1 - size)) > 0) {
        size += (size_t)got;
    }
    text[size] = '\0';
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    return text;
}

static void say_all(void)
{
    LOG_EVENT(LOG_LEVEL_DEBUG, log_is_journal() ? "a" : "none");
    LOG_EVENT(LOG_LEVEL_INFO, "b", LOG_S("v", "x\ny"));
    LOG_EVENT(LOG_LEVEL_WARN, "c");
    LOG_EVENT(LOG_LEVEL_ERROR, "d");
    last_words("e", "error", "so it is", "number", "17", "cure", "change=it", NULL);
}

static void say_json(void)
{
    log_form_set(LOG_FORM_JSON);
    LOG_EVENT(LOG_LEVEL_WARN, "c", LOG_N("n", 1));
    last_words("e", "error", "so it is", "number", "17", "word", "it", NULL);
}

static void say_one(void)
{
    LOG_EVENT(LOG_LEVEL_WARN, "c");
    last_words("e", "cure", "change it", NULL);
}

static void is_text(const char *got, const char *name, const char *expected)
{
    if (!ok(strcmp(got, expected) == 0, "%s", name)) {
        printf("#   got %s\n", got);
    }
}

static void journal(void)
{
    is_text(said(true, say_all), "priorities instead of times",
            "<7>level=debug event=a\n<6>level=info event=b v=\"x\\ny\"\n"
            "<4>level=warn event=c\n<3>level=error event=d\n"
            "<3>level=error event=e error=\"so it is\" number=17 cure=\"change=it\"\n");
    is_text(said(true, say_json), "also before JSON",
            "<4>{\"level\":\"warn\",\"event\":\"c\",\"n\":1}\n"
            "<3>{\"level\":\"error\",\"event\":\"e\",\"error\":\"so it "
            "is\",\"number\":17,\"word\":\"it\"}\n");
    const char *text = said(false, say_one);
    ok(is_stamped(text), "another stream gets times");
    is_text(text + 28, "and no priorities",
            "level=warn event=c\nlevel=error event=e cure=\"change it\"\n");
    text = said(false, say_json);
    ok(strncmp(text, "{\"ts\":\"", 7) == 0 &&
           strncmp(text + 31, "\",\"level\":\"warn\"", 16) == 0,
       "in JSON, too");
    static const char *const odd[] = {"", ":", "1", "1:", "1:2x", "x:1", "-"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        ok(!log_place_is_stream(odd[i], STDERR_FILENO), "\"%s\" is no stream", odd[i]);
    }
    ok(!log_place_is_stream(NULL, STDERR_FILENO), "nor is nothing");
    char stream[64];
    struct stat st = {.st_dev = 0};
    (void)fstat(STDERR_FILENO, &st);
    (void)snprintf(stream, sizeof(stream), "%llu:%llux", (unsigned long long)st.st_dev,
                   (unsigned long long)st.st_ino);
    ok(!log_place_is_stream(stream, STDERR_FILENO), "nor is one with more behind it");
    stream[strlen(stream) - 1] = '\0';
    ok(log_place_is_stream(stream, STDERR_FILENO), "as this one is");
}

/* --- syslog: the C library's is replaced --- */

static struct {
    int priority, facility, option;
    char text[256];
} logged;

void openlog(const char *name, int option, int facility)
{
    (void)name;
    logged.option = option;
    logged.facility = facility;
}

static void take_syslog(int priority, const char *format, va_list args)
{
    logged.priority = priority;
    (void)vsnprintf(logged.text, sizeof(logged.text), format, args);
}

void syslog(int priority, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    take_syslog(priority, format, args);
    va_end(args);
}

void __syslog_chk(int priority, int flag, const char *format, ...);
void __syslog_chk(int priority, int flag, const char *format, ...)
{
    va_list args;
    (void)flag;
    va_start(args, format);
    take_syslog(priority, format, args);
    va_end(args);
}

static void to_syslog(void)
{
    static const int expected[] = {LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERR};
    is(log_open("syslog", LOG_LEVEL_DEBUG, NULL), 0, "syslog");
    is(logged.facility, LOG_DAEMON, "its facility is daemon");
    ok((logged.option & LOG_PID) != 0, "lines have the process");
    for (int i = 0; i < 4; i++) {
        LOG_EVENT((enum log_level)i, "a", LOG_S("v", "100%s"));
        is(logged.priority, expected[i], log_level_name((enum log_level)i));
    }
    same(logged.text, "level=error event=a v=100%s");
    log_close();
}

/* --- a disk that is full --- */

static void full_disk(void)
{
    char path[] = "/tmp/conclave-log-XXXXXX";
    int fd = mkstemp(path);
    char aside_path[] = "/tmp/conclave-log-XXXXXX";
    int aside = mkstemp(aside_path), standard = dup(STDERR_FILENO);
    struct rlimit old, small;
    (void)getrlimit(RLIMIT_FSIZE, &old);
    (void)signal(SIGXFSZ, SIG_IGN);
    (void)dup2(aside, STDERR_FILENO);
    is(log_open(path, LOG_LEVEL_INFO, NULL), 0, "a log on a small disk");
    LOG_EVENT(LOG_LEVEL_INFO, "one");
    small = old;
    small.rlim_cur = strlen(content(path)) + 40;
    (void)setrlimit(RLIMIT_FSIZE, &small);
    LOG_EVENT(LOG_LEVEL_INFO, "two");
    LOG_EVENT(LOG_LEVEL_INFO, "three");
    LOG_EVENT(LOG_LEVEL_INFO, "four");
    (void)setrlimit(RLIMIT_FSIZE, &old);
    is((long long)log_lost(), 3, "and is counted");
    ok(strstr(content(aside_path), " level=error event=log.full error=\"") != NULL,
       "which standard error says");
    LOG_EVENT(LOG_LEVEL_INFO, "five");
    LOG_EVENT(LOG_LEVEL_INFO, "six");
    const char *text = content(path);
    ok(strstr(text, "event=two\n") == NULL && strstr(text, "event=four") == NULL,
       "what it does not take is lost");
    const char *five = strstr(text, "level=info event=five\n");
    ok(five != NULL && five - text > 29 && five[-29] == '\n',
       "the next line does not continue the one that was cut");
    const char *lost = strstr(text, "level=warn event=log.lost count=3 since=");
    ok(lost != NULL && lost > five, "and is followed by how many are missing");
    ok(strstr(text, "event=six\n") > lost && strstr(lost + 30, "log.lost") == NULL, "once");
    is((long long)log_lost(), 0, "and lost no more");
    (void)setrlimit(RLIMIT_FSIZE, &small);
    LOG_EVENT(LOG_LEVEL_INFO, "seven");
    (void)setrlimit(RLIMIT_FSIZE, &old);
    LOG_EVENT(LOG_LEVEL_INFO, "eight");
    is((long long)log_lost_ever(), 4, "of all that were lost there is a count");
    (void)dup2(standard, STDERR_FILENO);
    text = content(aside_path);
    const char *full = strstr(text, "event=log.full"),
               *end = strstr(text, "event=log.lost");
    ok(full != NULL && end > full, "standard error has their number, too");
    ok(strstr(full + 1, "event=log.full") == NULL &&
           strstr(end + 1, "event=log.lost") == NULL,
       "but is not told of each time that there is a little room");
    (void)close(standard);
    (void)close(aside);
    (void)unlink(aside_path);
    log_close();
    (void)close(fd);
    (void)unlink(path);
}

/* --- what repeats itself, with the real clock --- */

static void count_line(void *context, const struct log_line *l)
{
    (void)l;
    ++*(unsigned *)context;
}

static void repeated(void)
{
    char path[] = "/tmp/conclave-log-XXXXXX";
    int fd = mkstemp(path);
    unsigned lines = 0, taps = 0;
    is(log_open(path, LOG_LEVEL_INFO, NULL), 0, "a log");
    log_tap_set(count_line, &taps);
    for (unsigned i = 0; i < 100; i++) {
        LOG_EVENT(LOG_LEVEL_WARN, "w", LOG_N("seat", 3), LOG_N("ms", i));
    }
    LOG_EVENT(LOG_LEVEL_WARN, "w", LOG_N("seat", 4));
    for (unsigned i = 0; i < 12; i++) {
        LOG_EVENT(LOG_LEVEL_ERROR, "e");
        log_event_outside(LOG_LEVEL_ERROR, (const struct log_field[]){LOG_NAMED("o")});
    }
    log_tick();
    for (const char *at = content(path); (at = strstr(at, "event=w ")) != NULL; at++) {
        lines++;
    }
    is(lines, 11, "ten of a hundred, and that of another seat");
    lines = 0;
    for (const char *at = content(path); (at = strstr(at, "event=e\n")) != NULL; at++) {
        lines++;
    }
    is(lines, 12, "errors are never withheld");
    log_close();
    ok(strstr(content(path), "level=warn event=w seat=3 ms=99 repeated=90 since=20") !=
           NULL,
       "the rest is told in one line, at the latest at the end");
    ok(strstr(content(path), "level=error event=o repeated=2 since=20") != NULL,
       "but those that strangers can cause are");
    lines = 0;
    for (const char *at = content(path); (at = strchr(at, '\n')) != NULL; at++) {
        lines++;
    }
    is(taps, lines, "who listens hears every line that is written");
    log_tap_set(NULL, NULL);
    (void)close(fd);
    (void)unlink(path);
}

static struct {
    unsigned lines;
    enum log_level level;
    uint64_t time_ms, number;
    char event[32], text[256];
} tapped;

static void keep(void *context, const struct log_line *l)
{
    ok(context == &tapped, "the tap gets its context");
    tapped.lines++;
    tapped.level = l->level;
    tapped.time_ms = l->time_ms;
    tapped.number = l->fields[1].kind == LOG_NUMBER ? l->fields[1].number : 0;
    (void)snprintf(tapped.event, sizeof(tapped.event), "%s", l->event);
    (void)snprintf(tapped.text, sizeof(tapped.text), "%.*s", (int)l->text.size,
                   l->text.size > 0 ? (const char *)l->text.data : "");
}

static void tap(void)
{
    char path[] = "/tmp/conclave-log-XXXXXX", when[64];
    struct tm tm;
    int fd = mkstemp(path);
    is(log_open(path, LOG_LEVEL_INFO, NULL), 0, "a log");
    log_tap_set(keep, &tapped);
    LOG_EVENT(LOG_LEVEL_DEBUG, "quiet", LOG_N("n", 1));
    is(tapped.lines, 0, "what is not written is not told");
    LOG_EVENT(LOG_LEVEL_WARN, "told", LOG_N("n", 7), LOG_S("v", "x\ny"));
    ok(tapped.lines == 1 && tapped.level == LOG_LEVEL_WARN && tapped.number == 7 &&
           strcmp(tapped.event, "told") == 0,
       "a line and its fields");
    same(tapped.text, "n=7 v=\"x\\ny\"");
    time_t seconds = (time_t)(tapped.time_ms / 1000);
    (void)gmtime_r(&seconds, &tm);
    size_t size = strftime(when, sizeof(when), "ts=%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(when + size, sizeof(when) - size, ".%03uZ",
                   (unsigned)(tapped.time_ms % 1000));
    ok(strncmp(content(path), when, strlen(when)) == 0, "and the time that was written");
    LOG_EVENT(LOG_LEVEL_INFO, "bare");
    ok(strcmp(tapped.event, "bare") == 0 && tapped.text[0] == '\0', "one without fields");
    log_tap_set(NULL, NULL);
    LOG_EVENT(LOG_LEVEL_INFO, "later");
    is(tapped.lines, 2, "then nobody listens");
    log_close();
    (void)close(fd);
    (void)unlink(path);
}

int main(void)
{
    struct rng r = rng_begin(7);
    form();
    from_outside();
    as_json();
    noise(&r);
    levels();
    files();
    journal();
    to_syslog();
    full_disk();
    repeated();
    tap();
    return tap_done();
}
