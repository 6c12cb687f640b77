/* SPDX-License-Identifier: ISC */
/* What is pure: alerts made of what a node says, filters, pauses. */
#include "alert/alert.h"
#include "alert/filter.h"
#include "base/retry.h"

#include "base/alloc.h"
#include "base/text.h"
#include "control/control.h"
#include "tap.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const struct alert_source source = {"Test", "abcd", 3, "alder"};

static json_t *json(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);
    if (value == NULL) {
        printf("Bail out! %s is no JSON\n", text);
        exit(1);
    }
    return value;
}

#define FLAG                                                                               \
    "{\"seq\":9,\"event\":\"flag.raised\",\"id\":7,\"kind\":\"silent\",\"severity\":"      \
    "\"warning\",\"seat\":2,\"name\":\"elm\",\"text\":\"heard nothing\",\"state\":\"%s\"," \
    "\"first_ms\":1000,\"acknowledged_ms\":%s,\"cleared_ms\":%s}"

static json_t *flag(const char *state, const char *seen, const char *cleared)
{
    char *text = alloc_printf(FLAG, state, seen, cleared);
    json_t *value = json(text);
    free(text);
    return value;
}

static void turns(void)
{
    static const struct {
        const char *state, *seen, *cleared;
        unsigned turns;
    } cases[] = {
        {"new", "null", "null", TURN_RAISED},
        {"acknowledged", "2000", "null", TURN_RAISED | TURN_ACKNOWLEDGED},
        {"cleared", "null", "3000", TURN_RAISED | TURN_CLEARED},
        {"cleared", "2000", "3000", TURN_RAISED | TURN_ACKNOWLEDGED | TURN_CLEARED},
        {"of-a-later-version", "null", "null", TURN_RAISED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *f = flag(cases[i].state, cases[i].seen, cases[i].cleared);
        is(alert_flag_turns(f), cases[i].turns, cases[i].state);
        json_decref(f);
    }
}

static bool body_is(const struct alert *a, const char *text)
{
    bool same = slice_equal(buffer_slice(&a->body), slice_of_string(text));
    if (!same) {
        printf("# %.*s\n", (int)a->body.size, (const char *)a->body.data);
    }
    return same;
}

static void flags(void)
{
    struct alert a, b, c, d;
    json_t *f = flag("cleared", "2000", "3000"), *other = flag("new", "null", "null");
    struct alert_source elsewhere = source;
    elsewhere.seat = 4;
    alert_of_flag(&source, f, TURN_RAISED, &a);
    alert_of_flag(&source, f, TURN_CLEARED, &b);
    alert_of_flag(&source, other, TURN_RAISED, &c);
    alert_of_flag(&elsewhere, other, TURN_RAISED, &d);
    ok(strcmp(a.type, "flag.raised") == 0 && strcmp(a.kind, "silent") == 0 && a.seat == 2 &&
           a.severity == SEVERITY_WARNING && a.time_ms == 1000,
       "what filters look at");
    ok(body_is(&b,
               "{\"type\":\"flag.cleared\",\"timestamp\":\"1970-01-01T00:00:03.000Z\","
               "\"data\":{\"council\":\"Test\",\"council_id\":\"abcd\",\"node\":3,"
               "\"node_name\":\"alder\",\"severity\":\"warning\",\"flag\":{\"id\":7,"
               "\"kind\":\"silent\",\"severity\":\"warning\",\"seat\":2,\"name\":\"elm\","
               "\"text\":\"heard nothing\",\"state\":\"cleared\",\"first_ms\":1000,"
               "\"acknowledged_ms\":2000,\"cleared_ms\":3000}}}"),
       "what is sent");
    ok(strcmp(a.id, c.id) == 0, "the same turn has the same id, whenever it is learnt");
    ok(strcmp(a.id, b.id) != 0 && strcmp(c.id, d.id) != 0,
       "another turn, or another node, another one");
    ok(strlen(a.id) == ALERT_ID_BYTES - 1 && strchr(a.id, '.') == NULL,
       "with no full stop");
    char *text = alert_text(buffer_slice(&b.body));
    ok(strcmp(text, "warning: silent cleared, seat 2 elm: heard nothing") == 0,
       "in one line: %s", text);
    free(text);
    alert_free(&a);
    alert_free(&b);
    alert_free(&c);
    alert_free(&d);
    json_decref(f);
    json_decref(other);
}

static void decisions(void)
{
    json_t *row = json("{\"record\":5,\"id\":\"ff\",\"title\":\"T\\n\\u001b[31m\\u202e\","
                       "\"outcome\":\"rejected\",\"final_ms\":7}");
    json_t *event = json_copy(row);
    (void)json_object_set_new(event, "seq", json_integer(1));
    (void)json_object_set_new(event, "event", json_string("proposal.final"));
    (void)json_object_set_new(event, "proposal", json_string("ff"));
    (void)json_object_set_new(event, "height", json_integer(1));
    (void)json_object_set_new(event, "time_ms", json_integer(1));
    struct alert a, b;
    alert_of_record(&source, row, &a);
    alert_of_record(&source, event, &b);
    ok(slice_equal(buffer_slice(&a.body), buffer_slice(&b.body)) && strcmp(a.id, b.id) == 0,
       "from a row and from the event it is the same alert");
    char *text = alert_text(buffer_slice(&a.body));
    ok(text_check(slice_of_string(text), false, NULL) == 0 &&
           strncmp(text, "decision 5 rejected: T\\n\\x1b[31m", 30) == 0,
       "whatever the title holds, the line is harmless: %s", text);
    free(text);
    alert_free(&a);
    alert_free(&b);
    json_decref(row);
    json_decref(event);
}

/* A node that gives something else. */
static void nonsense(void)
{
    static const char *const texts[] = {
        "{}", "{\"id\":\"x\",\"kind\":3,\"severity\":[]}",
        "{\"id\":-1,\"seat\":-5,\"first_ms\":-9,\"kind\":"
        "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct alert a, b, c;
        json_t *v = json(texts[i]);
        alert_of_flag(&(struct alert_source){NULL, NULL, 0, NULL}, v, TURN_CLEARED, &a);
        alert_of_record(&source, v, &b);
        alert_of_stall(&source, true, v, 1, 2, &c);
        ok(a.severity == SEVERITY_CRITICAL && a.body.size > 0 && b.body.size > 0 &&
               c.body.size > 0,
           "what cannot be read is critical, and told");
        char *text = alert_text(buffer_slice(&a.body));
        ok(text_check(slice_of_string(text), false, NULL) == 0, "%s", text);
        free(text);
        alert_free(&a);
        alert_free(&b);
        alert_free(&c);
        json_decref(v);
    }
    char *text = alert_text(slice_of_string("no JSON"));
    ok(text[0] != '\0', "a body that is none");
    free(text);
}

static void filters(void)
{
    char flags_only[] = "flag.", decisions_only[] = "proposal.final", silent[] = "silent";
    char *by_prefix[] = {flags_only, decisions_only}, *kinds[] = {silent};
    unsigned seats[] = {2, 5};
    struct alert a = {
        .type = "flag.raised", .severity = SEVERITY_WARNING, .kind = "silent", .seat = 2};
    struct alert decision = {.type = "proposal.final", .severity = SEVERITY_NOTICE};
    struct alert stall = {.type = "council.stalled", .severity = SEVERITY_CRITICAL};
    struct filter none = {.least = SEVERITY_NOTICE};
    struct filter by_event = {.events = by_prefix, .event_count = 2};
    struct filter by_kind = {.kinds = kinds, .kind_count = 1};
    struct filter by_seat = {.seats = seats, .seat_count = 2};
    struct filter by_severity = {.least = SEVERITY_WARNING};
    ok(filter_passes(&none, &a) && filter_passes(&none, &decision) &&
           filter_passes(&none, &stall),
       "no filter: all");
    ok(filter_passes(&by_event, &a) && filter_passes(&by_event, &decision) &&
           !filter_passes(&by_event, &stall),
       "by type");
    ok(filter_passes(&by_severity, &a) && !filter_passes(&by_severity, &decision) &&
           filter_passes(&by_severity, &stall),
       "by severity");
    ok(filter_passes(&by_kind, &a) && filter_passes(&by_kind, &decision), "by kind");
    ok(filter_passes(&by_seat, &a) && filter_passes(&by_seat, &stall), "by seat");
    (void)strcpy(a.kind, "late");
    a.seat = 3;
    ok(!filter_passes(&by_kind, &a) && !filter_passes(&by_seat, &a),
       "and others do not pass");
    is(alert_severity_of("worse"), SEVERITY_CRITICAL,
       "a severity that is not known passes");
}

static void pauses(void)
{
    enum { MOST = 60000 };
    bool bounded = true, grows = true;
    for (unsigned failures = 1; failures < 5000; failures += failures < 20 ? 1 : 101) {
        uint64_t low = retry_delay_ms(failures, 0, MOST, 0), high = 0;
        for (uint32_t chance = 0; chance < 5000; chance += 7) {
            uint64_t d = retry_delay_ms(failures, 0, MOST, chance * 2654435761U);
            high = d > high ? d : high;
            bounded = bounded && d >= low && d <= MOST && d >= RETRY_FIRST_MS / 2;
        }
        uint64_t whole = failures < 7 ? (uint64_t)RETRY_FIRST_MS << (failures - 1) : MOST;
        whole = whole < MOST ? whole : MOST;
        grows = grows && low == whole - whole / 2 && high <= whole && high > whole * 9 / 10;
    }
    ok(bounded, "no pause is longer than the longest");
    ok(grows, "each may be twice as long as the one before, less up to half by chance");
    is((int64_t)retry_delay_ms(1, 5000, MOST, 0), 5000, "what was asked for is waited for");
    is((int64_t)retry_delay_ms(1, UINT64_MAX, MOST, 0), MOST, "within bounds");
    is((int64_t)retry_delay_ms(7, 10, MOST, 0), MOST / 2, "and no less than the own pause");
    ok(retry_delay_ms(3, 0, 1, 5) <= 1, "the shortest bound");
}

int main(void)
{
    if (sodium_init() < 0) {
        return 1;
    }
    control_library_init();
    turns();
    flags();
    decisions();
    nonsense();
    filters();
    pauses();
    return tap_done();
}
