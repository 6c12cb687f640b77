/* SPDX-License-Identifier: ISC */
/* Decisions: pages of them, streaks, scenes of the past, and what all of it may cost. */
#include "model_check.h"
#include "model_lines.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* As record_text has them; the height at which it was final. */
static uint64_t height_of(uint64_t record)
{
    return 103 + 3 * record;
}

static void say_final(struct model *m, uint64_t now_ms, uint64_t record, unsigned seats,
                      const char *choices)
{
    (void)say_event(m, now_ms, "proposal.final",
                    "'proposal':'%s','height':%" PRIu64 ",'time_ms':%" PRIu64 ",%s",
                    id_text(1000 + record), height_of(record),
                    LINES_NOW + 1000 * record + 600, record_text(record, seats, choices));
}

static void say_records(struct model *m, const char *id, uint64_t newest, uint64_t oldest,
                        unsigned seats, const char *(*choices)(uint64_t record))
{
    struct buffer rows = {NULL, 0, 0};
    for (uint64_t record = newest + 1; record-- > oldest;) {
        const char *text = record_text(record, seats, choices(record));
        buffer_append(&rows, "{", 1);
        buffer_append(&rows, text, strlen(text));
        buffer_append(&rows, "},", record > oldest ? 2 : 1);
    }
    buffer_append(&rows, "", 1);
    (void)say_result(m, LINES_NOW, id, "{'records':[%s],'final':%" PRIu64 ",'next':%s}",
                     (const char *)rows.data, newest + 1, oldest > 0 ? "1" : "null");
    buffer_free(&rows);
}

/* Seat 1 always with the outcome, 2 against, 3 missed, 4 by turns. */
static const char *four(uint64_t record)
{
    return record % 2 == 0 ? "YNmY" : "YNmN";
}

static void test_pages(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    say_records(m, "records", 499, 400, 4, four);
    ok(s->final_count == 100 && s->final_total == 500 && s->final[0]->record == 499,
       "the first page");
    model_want_page(m, PAGE_DECISIONS);
    model_want_page(m, PAGE_DECISIONS);
    const char *ids = asked(m);
    ok(strcmp(ids, "records..400 ") == 0, "the next one is asked for once: %s", ids);
    say_records(m, "records..400", 399, 300, 4, four);
    ok(s->final_count == 200 && s->final[199]->record == 300, "and follows");
    say_final(m, LINES_NOW, 500, 4, "YYNw");
    ok(s->final_count == 201 && s->final[0]->record == 500 && s->final_total == 501,
       "one more is decided");
    say_final(m, LINES_NOW, 500, 4, "NNNN");
    ok(s->final_count == 201 && s->final[0]->codes[0] == BALLOT_APPROVE, "once");
    say_final(m, LINES_NOW, 700, 4, "YYNw");
    ids = asked(m);
    ok(s->final_count == 202 && strcmp(ids, "records ") == 0,
       "where some are missing they are asked for: %s", ids);
    say_records(m, "records", 700, 601, 4, four);
    ids = asked(m);
    ok(strcmp(ids, "records..601 ") == 0, "page by page: %s", ids);
    say_records(m, "records..601", 600, 501, 4, four);
    ids = asked(m);
    ok(strcmp(ids, "") == 0 && s->final_count == 401, "until they join: %s", ids);
    say_records(m, "records..300", 299, 0, 4, four);
    model_want_page(m, PAGE_DECISIONS);
    ok(strcmp(asked(m), "") == 0 && s->final_count == 701, "there is no end to ask beyond");
    ok(model_record_at_height(m, height_of(650) + 1) == 650 &&
           model_record_at_height(m, height_of(0)) == 0 &&
           model_record_at_height(m, height_of(0) - 1) == UNKNOWN &&
           model_record_at_height(m, UNKNOWN - 1) == 700,
       "found by height");
    ok(model_record_at_time(m, LINES_NOW + 1000 * 12 + 600) == 12 &&
           model_record_at_time(m, LINES_NOW + 1000 * 12 + 599) == 11 &&
           model_record_at_time(m, 0) == UNKNOWN,
       "found by time");
    const char *wrong = model_check(m);
    ok(wrong == NULL, "all is well %s", wrong != NULL ? wrong : "");
    model_free(m);
}

/* The newest decisions against the outcome, or without a ballot, of all that are loaded. */
static uint32_t naive_streak(const struct scene *s, size_t from, uint16_t seat)
{
    uint32_t streak = 0;
    for (size_t i = from; i < s->final_count; i++) {
        const struct scene_proposal *p = s->final[i];
        uint8_t code = p->codes[seat - 1];
        if (p->equivocated[seat - 1] || code == BALLOT_LATE || code == BALLOT_EXPELLED ||
            code == BALLOT_NOT_AWAITED) {
            continue;
        }
        bool with =
            code == BALLOT_ABSTAIN ||
            (code == BALLOT_APPROVE ? p->approved : code == BALLOT_REJECT && !p->approved);
        if (with) {
            break;
        }
        streak++;
    }
    return streak;
}

static const char *any(uint64_t record)
{
    static char choices[34];
    uint64_t state = record * 2654435761U + 12345;
    for (size_t i = 0; i < 33; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        choices[i] = "YYYNNAwlmx-NN"[(state >> 33) % 13];
    }
    return choices;
}

static unsigned wrong_streaks(const struct model *m)
{
    const struct scene *s = model_scene(m);
    unsigned wrong = 0;
    for (uint16_t seat = 1; seat <= s->seats; seat++) {
        wrong += s->seat[seat - 1].streak != naive_streak(s, 0, seat);
    }
    return wrong;
}

static void test_streaks(void)
{
    struct model *m = model_at_rest(7);
    unsigned wrong = 0;
    say_records(m, "records", 99, 50, 7, any);
    wrong += wrong_streaks(m);
    say_records(m, "records..50", 49, 20, 7, any);
    wrong += wrong_streaks(m);
    for (uint64_t record = 100; record < 200; record++) {
        say_final(m, LINES_NOW, record, 7, any(record));
        wrong += wrong_streaks(m);
    }
    /* Totals as they were are those of the present less what came later. */
    const struct scene *now = model_scene(m);
    struct scene past;
    unsigned wrong_past = 0;
    for (uint64_t record = 100; record < 200; record += 7) {
        struct scene_seat sum[7];
        memset(sum, 0, sizeof(sum));
        (void)model_past(m, record, &past);
        for (uint64_t later = 100; later <= record; later++) {
            const char *choices = any(later);
            unsigned yes = 0, no = 0;
            for (unsigned i = 0; i < 7; i++) {
                yes += choices[i] == 'Y';
                no += choices[i] == 'N';
            }
            for (unsigned i = 0; i < 7; i++) {
                bool with = yes > no ? choices[i] == 'Y' : choices[i] == 'N';
                bool against = yes > no ? choices[i] == 'N' : choices[i] == 'Y';
                sum[i].with_outcome += with;
                sum[i].against_outcome += against;
                sum[i].missed += choices[i] == 'm';
                sum[i].late += choices[i] == 'l';
                sum[i].withheld += choices[i] == 'w';
                sum[i].abstained += choices[i] == 'A';
            }
        }
        for (uint16_t i = 0; i < 7; i++) {
            const struct scene_seat *a = &past.seat[i], *b = &sum[i];
            wrong_past += a->with_outcome != b->with_outcome ||
                          a->against_outcome != b->against_outcome ||
                          a->missed != b->missed || a->late != b->late ||
                          a->withheld != b->withheld || a->abstained != b->abstained;
            wrong_past +=
                a->streak != naive_streak(now, now->final[0]->record - record, i + 1);
        }
        scene_free(&past);
    }
    is(wrong_past, 0, "totals and streaks as they were");
    say_final(m, LINES_NOW, 210, 7, any(210));
    say_records(m, "records", 209, 200, 7, any);
    is(wrong_streaks(m) + wrong, 0, "streaks, however the decisions come");
    (void)say_event(m, LINES_NOW + 2000, "agent.failed", "'reason':''");
    ok(strstr(asked(m), "seats ") != NULL, "totals that were missed are asked for");
    model_free(m);
    m = model_at_rest(7);
    wrong = 0;
    for (uint64_t record = 100; record < 110; record++) {
        say_final(m, LINES_NOW, record, 7, any(record));
    }
    for (uint64_t page = 10; page-- > 0;) {
        say_records(m, "records..1", 10 * page + 9, 10 * page, 7, any);
        wrong += wrong_streaks(m);
    }
    is(wrong, 0, "also when older ones come later");
    model_free(m);
}

static void test_past(void)
{
    struct model *m = model_at_rest(4);
    struct scene past;
    const struct scene *s = model_scene(m);
    (void)say_event(m, LINES_NOW + 1, "log.line",
                    "'line':{'n':1,'time_ms':%" PRIu64 ",'level':'info','event':'a',"
                    "'seat':null,'text':''}",
                    LINES_NOW + 1);
    (void)say_event(m, LINES_NOW + 2, "flag.raised",
                    "'id':1,'kind':'silent','letter':'D','severity':'warning','seat':3,"
                    "'text':'x','state':'new','first_ms':%" PRIu64 ",'count':1",
                    LINES_NOW + 2);
    (void)say_event(m, LINES_NOW + 5, "view.changed", "'view':9,'primary':2");
    (void)say_event(m, LINES_NOW + 5, "heartbeats",
                    "'slot':501,'gap_ms':[1000,0,null,2500],'heard_ms_ago':[100,0,null,40],"
                    "'round_trip_ms':[3,0,null,70000],'clock_offset_ms':[-7,0,null,99999],"
                    "'view':[9,9,8,70000],'height':[100,100,null,40],"
                    "'flags':{'4':['clock-skew','asking','of-tomorrow']},"
                    "'connected':[true,true,false,true]");
    (void)say_event(m, LINES_NOW + 6, "block.committed",
                    "'height':103,'view':9,'hash':'%s','time_ms':5,'operations':1,"
                    "'prepared_ms':1,'committed_ms':2",
                    id_text(3));
    (void)say_event(m, LINES_NOW + 7, "votes",
                    "'view':9,'height':103,'phase':'idle','committed':true,'since_ms':7,"
                    "'prepared_ms':1,'committed_ms':2,'pre_prepares':[1,2],'prepares':[1],"
                    "'commits':[],'pipeline':[],'view_changes':[]");
    open_proposal(m, LINES_NOW + 8, 0, 4);
    say_final(m, LINES_NOW + 10, 0, 4, "YYNm");
    (void)say_event(m, LINES_NOW + 20, "view.changed", "'view':12,'primary':1");
    (void)say_event(m, LINES_NOW + 21, "flag.acknowledged",
                    "'id':1,'kind':'silent','letter':'D','severity':'warning','seat':3,"
                    "'text':'x','state':'acknowledged','first_ms':%" PRIu64
                    ",'count':1,'acknowledged_ms':%" PRIu64 ",'acknowledged_by':0",
                    LINES_NOW + 2, LINES_NOW + 21);
    (void)say_event(m, LINES_NOW + 22, "flag.raised",
                    "'id':2,'kind':'stalled','letter':'S','severity':'critical',"
                    "'text':'x','state':'new','first_ms':%" PRIu64 ",'count':1",
                    LINES_NOW + 22);
    (void)say_event(m, LINES_NOW + 23, "log.line",
                    "'line':{'n':2,'time_ms':%" PRIu64 ",'level':'info','event':'b',"
                    "'seat':null,'text':''}",
                    LINES_NOW + 23);
    (void)say_event(m, LINES_NOW + 24, "block.committed", "'height':106,'view':12");
    (void)say_event(m, LINES_NOW + 25, "heartbeats", "'slot':502,'gap_ms':[1,0,1,1]");
    say_final(m, LINES_NOW + 30, 1, 4, "YYYY");
    ok(model_decisions(m) == 2 && model_past(m, 0, &past), "the first decision");
    ok(past.past && past.at_ms == LINES_NOW + 10 && past.order.view == 9 &&
           past.order.primary == 2 && past.seat[1].primary && !past.seat[0].primary &&
           past.order.height == 103 && past.order.decisions == 1,
       "its moment");
    ok(past.final_count == 1 && past.final_total == 1 && past.open_count == 0 &&
           past.flag_count == 1 && past.flags[0]->state == FLAG_NEW &&
           past.flags_new == 1 && past.line_count == 1 && past.block_count == 1 &&
           past.votes.latency_count == 3,
       "and nothing that came later");
    const struct scene_seat *one = &past.seat[0], *three = &past.seat[2],
                            *last = &past.seat[3];
    ok(one->view == 9 && one->height == 100 && one->clock_offset_ms == -7 &&
           one->round_trip_ms == 3 && one->connected && one->beats[UI_BEATS - 1] == 2 &&
           one->beats[UI_BEATS - 30] == BEAT_UNKNOWN &&
           one->heard_ms - (LINES_NOW + 5 - 100) < 10 && one->stages_known &&
           one->stages == (STAGE_PRE_PREPARE | STAGE_PREPARE),
       "a seat as it was");
    ok(three->view == 8 && three->height == UNKNOWN && three->heard_ms == UNKNOWN &&
           three->round_trip_ms == UNKNOWN && three->clock_offset_ms == INT64_MIN &&
           three->beats[UI_BEATS - 1] == BEAT_MISSED && !three->connected,
       "what was not known of one");
    ok(last->height == 40 && last->round_trip_ms == UINT16_MAX - 1 &&
           strcmp(last->hints, "clock-skew asking") == 0,
       "what was beyond what is kept");
    ok(past.votes.known && past.votes.pre_prepares == 2 && past.votes.prepares == 1 &&
           past.votes.prepared_ms == 1 && past.votes.idle,
       "and its votes");
    scene_free(&past);
    ok(model_past(m, 1, &past) && past.order.view == 12 && past.flag_count == 2 &&
           past.flags[1]->state == FLAG_ACKNOWLEDGED && past.flags[1] == s->flags[1] &&
           past.final_count == 2,
       "the second");
    scene_free(&past);
    ok(!model_past(m, 2, &past) && !model_past(m, UNKNOWN, &past), "there is no third");
    say_records(m, "records", 2, 2, 4, four);
    ok(model_past(m, 2, &past) && past.order.view == UNKNOWN && !past.seat[0].told &&
           past.seat[0].beats[UI_BEATS - 1] == BEAT_UNKNOWN && !past.votes.known &&
           past.at_ms == s->final[0]->final_ms && past.order.height == height_of(2) &&
           past.seat[1].with_outcome == 2,
       "of one that was not watched nothing is made up");
    scene_free(&past);
    model_free(m);
}

static void test_convictions(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    say_records(m, "records", 9, 0, 4, four);
    (void)say_result(m, LINES_NOW, "seats",
                     "[{'seat':2,'name':'s2','expelled':true,'expelled_height':%" PRIu64
                     ",'expelled_for':'prepare','totals':{}}]",
                     height_of(5));
    unsigned marked = 0;
    for (size_t i = 0; i < s->final_count; i++) {
        marked += s->final[i]->equivocated[1] && s->final[i]->record >= 5;
        marked += s->final[i]->equivocated[1] != (s->final[i]->record >= 5) ? 100 : 0;
    }
    is(marked, 5, "from the block of the conviction on");
    ok(scene_pattern(s->final[0], 2) == '!' && scene_pattern(s->final[9], 2) == '-',
       "the pattern shows it");
    struct scene past;
    (void)model_past(m, 4, &past);
    ok(!past.seat[1].expelled && past.seat[1].expelled_height == UNKNOWN, "not before");
    scene_free(&past);
    (void)model_past(m, 5, &past);
    ok(past.seat[1].expelled, "and then");
    scene_free(&past);
    model_free(m);
}

/* More of all than is kept. */
static void test_bounds(void)
{
    enum { SEATS = 33 };
    char choices[SEATS + 1];
    struct model *m = model_at_rest(SEATS);
    const struct scene *s = model_scene(m);
    memset(choices, 'Y', SEATS);
    choices[SEATS] = '\0';
    size_t at_rest = model_bytes(m);
    for (uint64_t record = 0; record < DECISIONS_MAX; record++) {
        choices[record % SEATS] = "YNAwlm"[record % 6];
        say_final(m, LINES_NOW, record, SEATS, choices);
    }
    size_t decisions = model_bytes(m) - at_rest;
    printf("# %zu bytes at rest; %zu bytes of decisions, %zu each\n", at_rest, decisions,
           decisions / DECISIONS_MAX);
    ok(decisions < 1600 * 1024, "1,024 decisions of 33 seats take at most 1.6 MB");
    for (uint64_t record = DECISIONS_MAX; record < 2000; record++) {
        say_final(m, LINES_NOW, record, SEATS, choices);
    }
    ok(s->final_count == DECISIONS_MAX && s->final[0]->record == 1999 &&
           s->final_total == 2000 && model_bytes(m) - at_rest < decisions + decisions / 8,
       "the newest of 2,000");
    say_records(m, "records..900", 899, 890, SEATS, any);
    ok(s->final_count == DECISIONS_MAX && s->final[DECISIONS_MAX - 1]->record == 976,
       "older ones find no place any more");
    model_want_page(m, PAGE_DECISIONS);
    ok(strstr(asked(m), "records") == NULL, "and are not asked for");
    for (unsigned n = 1; n <= 5000; n++) {
        (void)say_event(m, LINES_NOW + n, "log.line",
                        "'line':{'n':%u,'time_ms':%u,'level':'debug','event':'x',"
                        "'seat':3,'text':'a=%0200u'}",
                        n, n, n);
    }
    ok(s->line_count == LINES_MAX && s->lines[0]->n == 5000 &&
           s->lines[LINES_MAX - 1]->n == 5000 - LINES_MAX + 1,
       "the newest of 5,000 lines");
    for (unsigned n = 1; n <= 600; n++) {
        (void)say_event(m, LINES_NOW, "flag.raised",
                        "'id':%u,'kind':'silent','letter':'D','severity':'warning',"
                        "'seat':3,'text':'x','state':'%s','first_ms':1,'count':1",
                        n, n % 4 == 0 ? "cleared" : "new");
    }
    unsigned cleared = 0;
    for (size_t i = 0; i < s->flag_count; i++) {
        cleared += s->flags[i]->state == FLAG_CLEARED;
    }
    ok(s->flag_count == FLAGS_MAX && s->flags[0]->id == 600 &&
           s->flags[FLAGS_MAX - 1]->id == 1 && cleared == 150 - (600 - FLAGS_MAX),
       "of 600 flags the oldest cleared ones go first");
    for (unsigned n = 1; n <= 1000; n++) {
        (void)say_event(m, LINES_NOW, "block.committed",
                        "'height':%u,'view':9,'hash':'%s','time_ms':5", 200 + n,
                        id_text(n));
    }
    ok(s->block_count == BLOCKS_MAX && s->blocks[0]->height == 1200 &&
           s->blocks[BLOCKS_MAX - 1]->height == 1200 - BLOCKS_MAX + 1,
       "the newest of 1,000 blocks");
    for (unsigned n = 0; n < 600; n++) {
        open_proposal(m, LINES_NOW, 10000 + n, 2);
    }
    ok(s->open_count < 600, "not all of 600 open proposals");
    (void)asked(m);
    const char *wrong = model_check(m);
    ok(wrong == NULL, "all is well %s", wrong != NULL ? wrong : "");
    size_t bytes = model_bytes(m);
    printf("# %zu bytes in all\n", bytes);
    ok(bytes < 4 * 1024 * 1024, "all of that takes less than 4 MB");
    model_free(m);
}

int main(void)
{
    test_pages();
    test_streaks();
    test_past();
    test_convictions();
    test_bounds();
    return tap_done();
}
