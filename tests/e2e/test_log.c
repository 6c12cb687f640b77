/* SPDX-License-Identifier: ISC */
/*
 * What somebody sees who follows the log of a real node: who it is, each decision in few
 * lines, a primary that dies and what that took, a slow disk, a new file after SIGHUP; and
 * not a line that conclave-log(7) does not have.
 */
#include "history.h"
#include "live.h"
#include "tap.h"

#include "base/alloc.h"
#include "base/clock.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WAIT_MS = 30000, SEATS = 4, JSON_SEAT = 2, SLOW_SEAT = 3, DECISIONS = 12 };

/* The seat's own lines of its configuration. */
static void configure(struct live *l, unsigned seat, const char *line)
{
    FILE *f = fopen(live_seat(l, seat)->config, "ae");
    if (f != NULL) {
        (void)fprintf(f, "%s\n", line);
        (void)fclose(f);
    }
}

/* The last line of a file with this text; the caller frees. */
static char *last_line(const char *path, const char *text)
{
    char *log = live_read(path), *rest = log, *line;
    const char *found = "";
    while ((line = strsep(&rest, "\n")) != NULL) {
        found = strstr(line, text) != NULL ? line : found;
    }
    char *out = alloc_string(found);
    free(log);
    return out;
}

static void has(struct live *l, unsigned seat, const char *text, const char *more,
                const char *name)
{
    char *line = last_line(live_seat(l, seat)->log, text);
    ok(strstr(line, more) != NULL, "%s: %s", name, line);
    free(line);
}

/* The number after "key=" in a line; -1: there is none. */
static long long number_of(const char *line, const char *key)
{
    char *words = alloc_printf(" %s=", key);
    const char *at = strstr(line, words);
    long long number = at != NULL ? strtoll(at + strlen(words), NULL, 10) : -1;
    free(words);
    return number;
}

static void start(struct live *l)
{
    has(l, 1, "event=node.started", " seat=1 name=\"Seat 1\" seats=4 quorum=3 height=0 ",
        "who it is");
    has(l, 1, "event=node.started", "charter.json", "and by which charter");
    has(l, 1, "event=charter.concentrated",
        " kind=jurisdiction name=Testland seats=4 faulty=1", "who may fail together");
    char *line = last_line(live_seat(l, 1)->log, "event=node.limits");
    is(number_of(line, "files"), sysconf(_SC_OPEN_MAX), "how many files it may open");
    ok(number_of(line, "map_bytes") > 0 && number_of(line, "timer_floor_ms") == 500 &&
           number_of(line, "heartbeat_ms") == 100 && strstr(line, "LMDB 0.") != NULL,
       "and its other limits");
    free(line);
}

static void decisions(struct live *l)
{
    char id[LIVE_ID_BYTES], text[128];
    unsigned before = live_log_count(l, 1, "event=");
    for (unsigned i = 0; i < DECISIONS; i++) {
        (void)live_propose(l, i % SEATS + 1, "test", "say \"yes\"", NULL, id);
        json_decref(live_wait_final(l, 1, id, WAIT_MS));
    }
    (void)live_wait_level(l, WAIT_MS);
    unsigned lines = live_log_count(l, 1, "event=") - before;
    /* Its life, the answer of the own agent, and here and there its submission. */
    ok(lines <= 4 * DECISIONS + DECISIONS / SEATS + 2, "%u lines for %d decisions", lines,
       DECISIONS);
    (void)snprintf(text, sizeof(text), "event=proposal.final proposal=%s", id);
    has(l, 1, text, " outcome=approved ", "a decision");
    has(l, 1, text, " title=\"say \\\"yes\\\"\"", "with its title");
}

/* Every line of a seat with log-format = json is an object; the same names are in it. */
static void json_lines(struct live *l)
{
    char *log = live_read(live_seat(l, JSON_SEAT)->log), *rest = log, *line;
    unsigned good = 0, bad = 0, finals = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        json_t *o = line[0] != '\0' ? json_loads(line, JSON_REJECT_DUPLICATES, NULL) : NULL;
        const char *event = json_string_value(json_object_get(o, "event"));
        bool is_good = event != NULL && json_is_string(json_object_get(o, "ts")) &&
                       json_is_string(json_object_get(o, "level"));
        good += is_good;
        bad += line[0] != '\0' && !is_good;
        finals +=
            is_good && strcmp(event, "proposal.final") == 0 &&
            json_integer_value(json_object_get(o, "approve")) == SEATS &&
            strcmp(json_string_value(json_object_get(o, "title")), "say \"yes\"") == 0;
        json_decref(o);
    }
    ok(good > 0 && bad == 0, "%u lines in JSON are objects, %u are not", good, bad);
    is(finals, DECISIONS, "with numbers and texts as they are");
    free(log);
}

static void dead_primary(struct live *l)
{
    char id[LIVE_ID_BYTES], text[64];
    unsigned primary = (unsigned)live_number(l, 1, "primary");
    unsigned seat = primary == 1 ? 4 : 1;
    unsigned views = live_log_count(l, seat, "event=view.changed");
    uint64_t killed = clock_monotonic_ms();
    live_kill(l, primary);
    (void)live_propose(l, seat, "test", "without a primary", NULL, id);
    json_t *p = live_wait_final(l, seat, id, WAIT_MS);
    ok(p != NULL, "it is decided without the primary");
    json_decref(p);
    ok(live_log_count(l, seat, "event=view.changed") > views, "in another view");
    char *line = last_line(live_seat(l, seat)->log, "event=view.changed");
    ok(strstr(line, " cause=gone ") != NULL && number_of(line, "ms") >= 0 &&
           number_of(line, "ms") < WAIT_MS,
       "with the cause and how long it took: %s", line);
    free(line);
    (void)snprintf(text, sizeof(text), " left=%u cause=gone", primary);
    has(l, seat, "event=view.change-started", text, "and who did not do its work");
    (void)snprintf(text, sizeof(text),
                   "event=peer.down seat=%u address=127.0.0.1:", primary);
    line = last_line(live_seat(l, seat)->log, text);
    ok(number_of(line, "up_ms") > 0, "who went, and how long it was there: %s", line);
    free(line);
    live_start(l, primary);
    (void)live_wait_connected(l, WAIT_MS);
    (void)snprintf(text, sizeof(text), "event=peer.up seat=%u address=127.0.0.1:", primary);
    line = last_line(live_seat(l, seat)->log, text);
    long long away = number_of(line, "away_ms");
    ok(away >= 0 && (uint64_t)away <= clock_monotonic_ms() - killed,
       "who came, and how long it was away: %s", line);
    free(line);
}

/* Who was away for long gets old news: the first decisions and their number. */
static void absent(struct live *l)
{
    enum { MISSED = 30, TOLD = 20, ABSENT = 4 };
    char id[LIVE_ID_BYTES];
    (void)live_stop(l, ABSENT, WAIT_MS);
    live_agent_set(l, ABSENT, NULL, NULL);
    for (unsigned i = 0; i < MISSED; i++) {
        (void)live_propose(l, 1, "quick", "meanwhile", NULL, id);
        json_decref(live_wait_final(l, 1, id, WAIT_MS));
    }
    ok(live_wait_log(l, 1, "event=peer.unreachable seat=4 ", WAIT_MS),
       "who is not there for a while is told");
    unsigned before = live_log_count(l, ABSENT, "event=proposal.final");
    live_start(l, ABSENT);
    ok(live_wait_log(l, ABSENT, "event=node.caught-up", WAIT_MS),
       "who was away for long says when it has caught up");
    is(live_log_count(l, ABSENT, "event=proposal.final") - before, TOLD,
       "of what it missed the log has the first decisions");
    char *line = last_line(live_seat(l, ABSENT)->log, "event=node.caught-up");
    is(number_of(line, "decisions"), MISSED, "and their number");
    ok(number_of(line, "blocks") > MISSED, "and that of the blocks: %s", line);
    free(line);
}

static void new_file(struct live *l)
{
    char *moved = alloc_printf("%s.1", live_seat(l, 1)->log);
    ok(rename(live_seat(l, 1)->log, moved) == 0, "the log is moved away");
    live_signal(l, 1, SIGHUP);
    ok(live_wait_log(l, 1, "event=log.reopened", WAIT_MS),
       "after SIGHUP there is a new one");
    char *log = live_read(live_seat(l, 1)->log);
    ok(strncmp(log + 28, "level=info event=log.reopened version=", 38) == 0 &&
           strstr(log, " seat=1 name=\"Seat 1\" ") != NULL,
       "which says at once whose it is");
    free(log);
    free(moved);
}

/* With slow-store-ms = 0 every commit is slow: ten are told, the others as one line. */
static void slow_disk(struct live *l)
{
    ok(live_log_count(l, SLOW_SEAT, "event=store.slow") >= 10, "a slow disk is told");
    is(live_stop(l, SLOW_SEAT, WAIT_MS), 0, "its node is stopped");
    char *line = last_line(live_seat(l, SLOW_SEAT)->log, "event=store.slow");
    ok(number_of(line, "repeated") > 5 && strstr(line, " since=2") != NULL,
       "what repeated itself is counted: %s", line);
    free(line);
    line = last_line(live_seat(l, SLOW_SEAT)->log, "event=node.stopped");
    ok(strstr(line, " reason=\"asked to stop\" up_ms=") != NULL, "and its end: %s", line);
    free(line);
    is(live_log_count(l, 1, "event=store.slow"), 0, "other seats' disks are not");
}

/* --- the page --- */

/* "event field key" and "event level level", as the manual has them; the caller frees. */
static char *page(void)
{
    const char *top = getenv("top_srcdir");
    char *command = alloc_printf("awk -f '%s/tests/man/log_page.awk' "
                                 "'%s/man/conclave-log.7' 2>&1",
                                 top != NULL ? top : ".", top != NULL ? top : ".");
    char *text = alloc_zero(1, 1 << 20);
    FILE *f = popen(command, "re");
    size_t size = f != NULL ? fread(text + 1, 1, (1 << 20) - 2, f) : 0;
    text[0] = '\n';
    text[size + 1] = '\0';
    if (f != NULL) {
        (void)pclose(f);
    }
    free(command);
    return text;
}

static bool knows(const char *known, const char *event, const char *what, const char *word)
{
    char *line = alloc_printf("\n%s %s %s\n", event, what, word);
    bool found = strstr(known, line) != NULL;
    free(line);
    return found;
}

/* Cuts the next " key=value" off a line, at *rest; NULL at its end. The value is cut, too.
 */
static char *next_key(char **rest)
{
    char *key = *rest + strspn(*rest, " "), *at = strchr(key, '=');
    if (at == NULL) {
        return NULL;
    }
    bool quoted = at[1] == '"';
    *at++ = '\0';
    while (*at != '\0' && *at != ' ') {
        if (quoted && *at == '"') {
            for (at++; *at != '\0' && *at != '"'; at++) {
                at += *at == '\\' && at[1] != '\0';
            }
        }
        at += *at != '\0';
    }
    *rest = at;
    return key;
}

static bool is_known_line(const char *known, char *line)
{
    char *event = strstr(line, "event="), *level = strstr(line, "level=");
    if (event == NULL || level == NULL) {
        return false;
    }
    event += strlen("event=");
    level += strlen("level=");
    char *rest = event + strcspn(event, " ");
    level[strcspn(level, " ")] = '\0';
    rest += *rest != '\0' ? (*rest = '\0', 1) : 0;
    if (!knows(known, event, "level", level)) {
        return false;
    }
    for (char *key; (key = next_key(&rest)) != NULL;) {
        bool common = strcmp(key, "repeated") == 0 || strcmp(key, "since") == 0;
        if (!common && !knows(known, event, "field", key)) {
            return false;
        }
    }
    return true;
}

static void check_page(struct live *l)
{
    char *known = page();
    unsigned lines = 0, unknown = 0;
    for (unsigned seat = 1; seat <= SEATS; seat++) {
        char *log = live_read(live_seat(l, seat)->log), *rest = log, *line;
        while (seat != JSON_SEAT && (line = strsep(&rest, "\n")) != NULL) {
            char *copy = alloc_string(line);
            bool is_known = line[0] == '\0' || is_known_line(known, copy);
            lines += line[0] != '\0';
            unknown += !is_known;
            if (!is_known) {
                printf("# not in the page: %s\n", line);
            }
            free(copy);
        }
        free(log);
    }
    ok(lines > 50 && unknown == 0, "the page has all of %u lines", lines);
    free(known);
}

int main(void)
{
    static const struct live_class classes[] = {{"test", 0, 30000, 30000, 500, false},
                                                {"quick", 0, 30000, 30000, 20, false}};
    struct live_options o = {.seats = SEATS,
                             .classes = classes,
                             .class_count = 2,
                             .config = "heartbeat-ms = 100\ndead-peer-ms = 2000\n"
                                       "slow-store-ms = 60000"};
    live_limit(120);
    struct live *l = live_new(&o);
    configure(l, JSON_SEAT, "log-format = json");
    configure(l, SLOW_SEAT, "slow-store-ms = 0");
    live_agent_set(l, 0, history_approve, NULL);
    if (ok(live_start_council(l), "a council")) {
        start(l);
        decisions(l);
        json_lines(l);
        dead_primary(l);
        absent(l);
        check_page(l);
        slow_disk(l);
        new_file(l);
        check_page(l);
        ok(live_quiet(l), "nothing goes to standard error");
    }
    live_free(l);
    return tap_done();
}
