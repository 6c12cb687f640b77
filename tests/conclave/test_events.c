/* SPDX-License-Identifier: ISC */
/* Parts of `events` that need no node: what is wanted, lines of syslog, cursors, and files
 * that are moved away. */
#include "conclave/events_cursor.h"
#include "conclave/events_filter.h"
#include "tap.h"

#include "base/alloc.h"
#include "control/control.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static char *dir;

static json_t *event_of(const char *text)
{
    json_t *event = json_loads(text, 0, NULL);
    if (event == NULL) {
        ok(false, "no JSON: %s", text);
    }
    return event;
}

/* --- the filter --- */

static bool lets(const struct events_filter *f, const char *text)
{
    json_t *event = event_of(text);
    bool wanted = events_filter_lets(f, event);
    json_decref(event);
    return wanted;
}

static void test_filter(void)
{
    struct events_filter f = {.seat = 0};
    struct complaint why = {""};
    ok(lets(&f, "{\"event\":\"ballot.opened\"}") &&
           lets(&f, "{\"event\":\"flag.raised\"}") &&
           !lets(&f, "{\"event\":\"peer.up\"}") && !lets(&f, "{\"event\":\"new.kind\"}"),
       "by default the ledger and flags");
    is(events_words_add(&f.include, "peer.,heartbeat", &why), 0, "more");
    is(events_words_add(&f.exclude, "ballot.sealed", &why), 0, "and less");
    ok(lets(&f, "{\"event\":\"ballot.opened\"}") && lets(&f, "{\"event\":\"peer.down\"}") &&
           lets(&f, "{\"event\":\"heartbeat\"}") &&
           !lets(&f, "{\"event\":\"ballot.sealed\"}"),
       "are wanted");
    is(events_words_add(&f.kinds, "proposal.final", &why), 0, "one kind");
    json_t *local = events_filter_local(&f);
    char *names = json_dumps(local, JSON_COMPACT);
    ok(lets(&f, "{\"event\":\"proposal.final\"}") &&
           !lets(&f, "{\"event\":\"flag.raised\"}") &&
           lets(&f, "{\"event\":\"peer.up\"}") &&
           strcmp(names, "[\"peer.up\",\"peer.down\",\"heartbeat\"]") == 0,
       "takes away what is told by default: %s", names);
    free(names);
    json_decref(local);
    f = (struct events_filter){.seat = 3, .proposal = "abc"};
    ok(lets(&f, "{\"event\":\"ballot.late\",\"seat\":3,\"proposal\":\"abcd\"}") &&
           !lets(&f, "{\"event\":\"ballot.late\",\"seat\":4,\"proposal\":\"abcd\"}") &&
           !lets(&f, "{\"event\":\"ballot.late\",\"seat\":3,\"proposal\":\"abd\"}") &&
           !lets(&f, "{\"event\":\"ballot.late\",\"seat\":null,\"proposal\":\"abcd\"}"),
       "of one seat and proposal");
    ok(events_words_add(&f.kinds, "ballot.openedx", &why) != 0 &&
           strstr(why.text, "\"ballot.openedx\"") != NULL,
       "%s", why.text);
    ok(events_words_add(&f.kinds, "", &why) != 0 &&
           events_words_add(&f.kinds, "ballot.,", &why) != 0,
       "nothing is no name");
    struct buffer many = {NULL, 0, 0};
    for (unsigned i = 0; i < 40; i++) {
        buffer_append(&many, "peer.,", 6);
    }
    buffer_append(&many, "peer.", 6);
    ok(events_words_add(&f.include, (const char *)many.data, &why) != 0, "%s", why.text);
    buffer_free(&many);
}

/* --- syslog --- */

static void logs(const char *text, int severity, const char *line)
{
    struct buffer out = {NULL, 0, 0};
    json_t *event = event_of(text);
    events_syslog_line(&out, event);
    buffer_append(&out, "", 1);
    if (!ok(strcmp((const char *)out.data, line) == 0 && events_severity(event) == severity,
            "%s", line)) {
        printf("# %d: %s\n", events_severity(event), (const char *)out.data);
    }
    json_decref(event);
    buffer_free(&out);
}

static void test_syslog(void)
{
    logs(
        "{\"event\":\"ballot.opened\",\"id\":\"7.1\",\"time\":\"2026-01-01T00:00:00.000Z\","
        "\"time_ms\":17,\"proposal\":\"0123456789abcdef\",\"class\":null,\"seat\":3,"
        "\"name\":\"Seat 3\",\"choice\":\"approve\"}",
        LOG_INFO,
        "event=ballot.opened id=7.1 time_ms=17 proposal=0123456789ab seat=3 "
        "name=\"Seat 3\" choice=approve");
    logs("{\"event\":\"proposal.opened\",\"title\":\"a \\\"b\\\"\\n<13>c=\\u001b[2J %s "
         "%n\"}",
         LOG_NOTICE, "event=proposal.opened title=\"a \\\"b\\\"\\n<13>c=\\x1b[2J %s %n\"");
    logs("{\"event\":\"seat.convicted\",\"seat\":2}", LOG_CRIT,
         "event=seat.convicted seat=2");
    logs("{\"event\":\"ballot.missed\",\"seat\":2}", LOG_WARNING,
         "event=ballot.missed seat=2");
    logs("{\"event\":\"flag.raised\",\"detail\":{\"severity\":\"critical\"}}", LOG_CRIT,
         "event=flag.raised detail=\"{\\\"severity\\\":\\\"critical\\\"}\"");
    logs("{\"event\":\"flag.raised\",\"detail\":{\"severity\":\"warning\",\"n\":1}}",
         LOG_WARNING,
         "event=flag.raised detail=\"{\\\"severity\\\":\\\"warning\\\",\\\"n\\\":1}\"");
    ok(events_facility("daemon") == LOG_DAEMON && events_facility("local7") == LOG_LOCAL7 &&
           events_facility("local8") == -1 && events_facility("") == -1,
       "facilities have names");
}

/* --- places and cursors --- */

static void test_places(void)
{
    struct events_place p = {0, 0};
    json_t *event = event_of("{\"id\":\"812.4\"}");
    ok(events_place_after(event, &p) && p.height == 812 && p.index == 5, "after an event");
    json_decref(event);
    static const char *const bad[] = {"{}",
                                      "{\"id\":null}",
                                      "{\"id\":17}",
                                      "{\"id\":\"\"}",
                                      "{\"id\":\"12\"}",
                                      "{\"id\":\"12.\"}",
                                      "{\"id\":\"-1.2\"}",
                                      "{\"id\":\"1.2x\"}",
                                      "{\"id\":\"1. 2\"}"};
    unsigned taken = 0;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        event = event_of(bad[i]);
        taken += events_place_after(event, &p);
        json_decref(event);
    }
    is(taken, 0, "other things have no place");
    ok(events_place_is_after((struct events_place){2, 0}, (struct events_place){1, 9}) &&
           events_place_is_after((struct events_place){2, 2},
                                 (struct events_place){2, 1}) &&
           !events_place_is_after((struct events_place){2, 1}, (struct events_place){2, 1}),
       "places have an order");
}

static char *in_dir(const char *name)
{
    return alloc_printf("%s/%s", dir, name);
}

static void append(const char *path, const char *text)
{
    FILE *f = fopen(path, "a");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0) {
        printf("Bail out! cannot write %s\n", path);
        exit(99);
    }
}

static off_t size_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_size : -1;
}

static void put(struct events_sink *s, const char *text)
{
    struct complaint why = {""};
    json_t *event = event_of(text);
    events_sink_put(s, event);
    is(events_sink_flush(s, &why), 0, "written");
    json_decref(event);
}

/* What lies in the file after the cursor was told, whole lines of it. */
static void test_cursor(void)
{
    char *out = in_dir("out"), *path = in_dir("cursor");
    struct complaint why = {""};
    struct events_sink s;
    struct events_cursor c;
    is(events_sink_open(&s, out, false, 0, &why), 0, "a file");
    is(events_cursor_open(&c, path, &why), 0, "and no cursor yet");
    ok(!c.found, "which is none");
    memset(c.council, 'a', sizeof(c.council) - 1);
    c.place = (struct events_place){3, 1};
    put(&s, "{\"event\":\"x\",\"id\":\"3.0\"}");
    is(events_cursor_note(&c, &s, &why), 0, "it is noted");
    struct events_sink second;
    ok(events_sink_open(&second, out, false, 0, &why) == CONCLAVE_EEXIST, "%s", why.text);
    events_sink_close(&second);
    events_sink_close(&s);
    append(out, "{\"event\":\"x\",\"id\":\"3.1\"}\n{\"event\":\"y\",\"id\":null}\n"
                "no JSON\n{\"event\":\"x\",\"id\":\"4.2\"}\n");
    off_t whole = size_of(out);
    append(out, "{\"event\":\"x\",\"id\":\"5.");
    is(events_sink_open(&s, out, false, 0, &why), 0, "it is opened again");
    is(events_cursor_open(&c, path, &why), 0, "with its cursor");
    ok(c.found && c.place.height == 3 && c.place.index == 1 && strlen(c.council) == 64,
       "as it was noted");
    is(events_cursor_look(&c, &s, &why), 0, "more is in the file");
    ok(c.place.height == 4 && c.place.index == 3, "which was told");
    is(size_of(out), whole, "and half a line is gone");
    put(&s, "{\"event\":\"x\",\"id\":\"4.3\"}");
    is(events_cursor_note(&c, &s, &why), 0, "it goes on");
    events_sink_close(&s);
    is(unlink(out), 0, "another file takes its place");
    append(out, "{\"event\":\"x\",\"id\":\"9.9\"}\n{\"half");
    is(events_sink_open(&s, out, false, 0, &why), 0, "which is opened");
    is(events_cursor_open(&c, path, &why), 0, "with that cursor");
    whole = size_of(out);
    struct stat st;
    if (fstat(s.fd, &st) == 0 && (uint64_t)st.st_ino == c.inode) {
        skip("left alone", "the file has the same inode");
    } else {
        is(events_cursor_look(&c, &s, &why), 0, "it says nothing of where it is");
        ok(c.place.height == 4 && c.place.index == 3 && size_of(out) == whole,
           "and is left alone");
    }
    events_sink_close(&s);
    (void)unlink(out);
    (void)unlink(path);
    free(out);
    free(path);
}

static void test_reopen(void)
{
    char *out = in_dir("out"), *moved = in_dir("moved");
    struct complaint why = {""};
    struct events_sink s;
    is(events_sink_open(&s, out, false, 0, &why), 0, "a file");
    put(&s, "{\"event\":\"x\"}");
    is(rename(out, moved), 0, "is moved away");
    put(&s, "{\"event\":\"x\"}");
    ok(size_of(moved) == 28 && size_of(out) == -1, "and goes on");
    is(events_sink_reopen(&s, &why), 0, "until it is opened again");
    put(&s, "{\"event\":\"x\"}");
    ok(size_of(moved) == 28 && size_of(out) == 14 && s.size == 14, "then it is a new one");
    is(events_sink_reopen(&s, &why), 0, "that one again");
    put(&s, "{\"event\":\"x\"}");
    is(size_of(out), 28, "is no trouble");
    events_sink_close(&s);
    (void)unlink(out);
    (void)unlink(moved);
    free(out);
    free(moved);
}

int main(void)
{
    const char *base = getenv("TMPDIR");
    dir = alloc_printf("%s/conclave-events-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(dir) == NULL) {
        printf("Bail out! no folder\n");
        return 99;
    }
    control_library_init();
    test_filter();
    test_syslog();
    test_places();
    test_cursor();
    test_reopen();
    (void)rmdir(dir);
    free(dir);
    return tap_done();
}
