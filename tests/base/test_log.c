/* SPDX-License-Identifier: ISC */
/* The lines of the log: their form, their destinations, and that nothing from outside
 * breaks out of them. */
#include "base/log.h"
#include "base/text.h"
#include "random.h"
#include "tap.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LINE(level, ...) line((level), (const struct log_field[]){LOG_NAMED(__VA_ARGS__)})

static char formatted[8192];

static const char *line(enum log_level level, const struct log_field *fields)
{
    struct buffer b = {0};
    log_format(&b, level, fields);
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
    noise(&r);
    levels();
    files();
    tap();
    return tap_done();
}
