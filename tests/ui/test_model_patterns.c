/* SPDX-License-Identifier: ISC */
/* Voting patterns: when they are asked for, what is made of answers of any shape, and which
 * are kept. */
#include "model_check.h"
#include "model_lines.h"
#include "tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool asks(struct model *m, const char *expected)
{
    const char *ids = asked(m);
    bool same = strcmp(ids, expected) == 0;
    if (!same) {
        printf("#   asked: %s\n", ids);
    }
    return same;
}

static void decide(struct model *m, uint64_t now_ms, uint64_t record)
{
    (void)say_event(m, now_ms, "proposal.final",
                    "'proposal':'%s','height':%" PRIu64 ",'time_ms':%" PRIu64 ",%s",
                    id_text(1000 + record), 103 + 3 * record,
                    LINES_NOW + 1000 * record + 600, record_text(record, 4, "YYNY"));
    (void)asked(m);
}

static const char columns[] =
    "'columns':['a','b','votes','agreed','kappa','kappa_low','kappa_high','phi','phi_low',"
    "'phi_high','all_votes','all_agreed','all_kappa','all_kappa_low','all_kappa_high']";

/* Of four seats; 3 and 4 are alike. */
static void say_pairs(struct model *m, uint64_t decisions)
{
    (void)say_result(m, LINES_NOW, "patterns.pairs",
                     "{'decisions':%" PRIu64 ",'window':{'size':200,'decisions':20},"
                     "'recent':{'size':40,'decisions':10},'pairs':{%s,'rows':["
                     "[1,2,18,9,-120,-500,260,-121,-500,260,90,45,10,-200,220],"
                     "[1,3,18,9,null,null,null,null,null,null,90,45,null,null,null],"
                     "[3,4,19,18,860,620,1000,861,600,1000,91,80,700,600,800]]},"
                     "'clusters':{'least_kappa':600,'order':[1,3,4,2],'groups':[[3,4]]}}",
                     decisions, columns);
}

static void say_seats(struct model *m, uint64_t decisions)
{
    (void)say_result(m, LINES_NOW, "patterns.seats",
                     "{'decisions':%" PRIu64 ",'window':{'size':200,'decisions':20},"
                     "'recent':{'size':40,'decisions':10},'seats':[{'seat':2,'all':{"
                     "'awaited':30,'with_outcome':20,'against_outcome':5,"
                     "'participation_permille':833,'agreement_permille':800,"
                     "'approval_permille':600,'confidence_permille':910,'brier':1420},"
                     "'window':{'agreement_permille':null,'brier':null}}]}",
                     decisions);
}

static void test_asking(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    decide(m, LINES_NOW, 0);
    ok(asks(m, "") && s->tallies == NULL && s->likeness == NULL,
       "nobody looks: nothing is asked");
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW);
    ok(s->patterns_asked && s->patterns_refusal[0] == '\0', "somebody looks");
    const char *line = asked_lines(m);
    ok(strstr(line, "\"id\":\"patterns.pairs\",\"method\":\"patterns\",\"params\":"
                    "{\"parts\":[\"pairs\",\"clusters\"]}") != NULL &&
           strchr(line, '\n') == line + strlen(line) - 1,
       "one request: %s", line);
    model_want_patterns(m, PATTERNS_SEATS, LINES_NOW);
    line = asked_lines(m);
    ok(strstr(line, "{\"parts\":[\"seats\"]}") != NULL, "and of seats: %s", line);
    say_pairs(m, 1);
    say_seats(m, 1);
    ok(s->likeness != NULL && s->tallies != NULL && !s->patterns_asked, "here");
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 60000);
    ok(asks(m, ""), "and fresh, as long as nothing is decided");
    decide(m, LINES_NOW + 61000, 1);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 61000);
    ok(asks(m, "patterns.pairs "), "else it is asked for again");
    say_pairs(m, 2);
    decide(m, LINES_NOW + 62000, 2);
    decide(m, LINES_NOW + 63000, 3);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 65999);
    ok(asks(m, ""), "but not at each decision");
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 66000);
    ok(asks(m, "patterns.pairs "), "five seconds later");
    model_disconnected(m, LINES_NOW + 70000, "gone");
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 70000);
    ok(s->likeness != NULL && s->likeness->decisions == 2, "what is known stays");
    model_connected(m, LINES_NOW + 71000);
    (void)asked(m);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 71000);
    ok(asks(m, "patterns.pairs "), "another connection, another time");
    model_free(m);
}

static void test_refused(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    model_want_patterns(m, PATTERNS_SEATS, LINES_NOW);
    (void)asked(m);
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':'patterns.seats','error':{'code':-32601,"
              "'message':'there is no method patterns'}}");
    ok(strstr(s->patterns_refusal, "it is older") != NULL && !s->patterns_asked,
       "an older node");
    decide(m, LINES_NOW + 9000, 0);
    model_want_patterns(m, PATTERNS_SEATS, LINES_NOW + 9000);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 9000);
    ok(asks(m, ""), "is asked no more");
    model_connected(m, LINES_NOW + 10000);
    (void)asked(m);
    ok(s->patterns_refusal[0] == '\0', "a new one may know");
    model_want_patterns(m, PATTERNS_SEATS, LINES_NOW + 10000);
    ok(asks(m, "patterns.seats "), "and is asked");
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':'patterns.seats','error':{'code':-32000,"
              "'message':'not \\u001b[2J now'}}");
    ok(strcmp(s->patterns_refusal, "not \\x1b[2J now") == 0, "in its words, made safe: %s",
       s->patterns_refusal);
    ok(model_check(m) == NULL, "all is well");
    model_free(m);
}

static void test_answers(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    say_pairs(m, 20);
    say_seats(m, 20);
    const struct scene_likeness *l = s->likeness;
    const struct scene_pair *p = scene_pair(l, 4, 3);
    ok(l->decisions == 20 && l->held[PERIOD_WINDOW] == 20 && l->held[PERIOD_ALL] == 20 &&
           l->least_kappa == 600,
       "what it is made of");
    ok(p->window.votes == 19 && p->window.agreed == 18 && p->window.kappa == 860 &&
           p->window.low == 620 && p->window.high == 1000 && p->all.kappa == 700 &&
           p->all.votes == 91,
       "a pair");
    ok(scene_pair(l, 1, 3)->window.kappa == MEASURE_NONE &&
           scene_pair(l, 1, 2)->window.kappa == -120 &&
           scene_pair(l, 2, 4)->window.kappa == MEASURE_UNKNOWN,
       "none, less than none, and not told");
    ok(l->order[0] == 1 && l->order[1] == 3 && l->order[3] == 2 && l->groups == 1 &&
           l->group[2] == 1 && l->group[3] == 1 && l->group[0] == 0,
       "groups");
    const struct vote_tally *t = &s->tallies->seat[1].of[PERIOD_ALL];
    ok(t->votes == 25 && t->agreement == 800 && t->confidence == 910 && t->brier == 1420 &&
           s->tallies->seat[1].of[PERIOD_WINDOW].agreement == SHARE_UNKNOWN &&
           s->tallies->seat[0].of[PERIOD_ALL].brier == SHARE_UNKNOWN,
       "a seat");
    ok(model_check(m) == NULL && model_nonsense(m) == 0, "all is well");
    model_free(m);
}

/* A council that is too large for one answer. */
static void say_page(struct model *m, const char *id, unsigned decisions, unsigned first,
                     const char *next)
{
    (void)say_result(
        m, LINES_NOW, id,
        "{'decisions':%u,'pairs':{%s,'rows':[[%u,4,18,9,%u,-500,260,0,0,0,90,45,"
        "10,-200,220]]},'clusters':{'groups':[[1,2]],'order':[1,2]},'next':%s}",
        decisions, columns, first, 100 * first, next);
}

static void test_pages(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW);
    (void)asked(m);
    say_page(m, "patterns.pairs", 7, 1, "2");
    ok(s->likeness == NULL, "half of it is nothing to look at");
    const char *line = asked_lines(m);
    ok(strstr(line, "\"id\":\"patterns.pairs.2\"") != NULL &&
           strstr(line, "\"from\":2}") != NULL,
       "the next page: %s", line);
    say_page(m, "patterns.pairs.2", 7, 2, "3");
    (void)asked(m);
    say_page(m, "patterns.pairs.3", 7, 3, "null");
    ok(s->likeness != NULL && scene_pair(s->likeness, 1, 4)->window.kappa == 100 &&
           scene_pair(s->likeness, 2, 4)->window.kappa == 200 &&
           scene_pair(s->likeness, 3, 4)->window.kappa == 300 && s->likeness->groups == 1,
       "all of it");
    say_page(m, "patterns.pairs", 8, 1, "2");
    (void)asked(m);
    say_page(m, "patterns.pairs.2", 9, 2, "null");
    ok(s->likeness->decisions == 7 && asks(m, ""), "pages of two moments are no whole");
    model_want_patterns(m, PATTERNS_PAIRS, LINES_NOW + 5000);
    ok(asks(m, "patterns.pairs "), "it is asked for anew");
    say_page(m, "patterns.pairs", 9, 1, "2");
    (void)asked(m);
    say_page(m, "patterns.pairs.3", 9, 3, "null");
    ok(s->likeness->decisions == 7, "nor is one with a hole");
    say_page(m, "patterns.pairs.3", 9, 3, "4");
    say_page(m, "patterns.pairs", 9, 1, "1");
    say_page(m, "patterns.pairs", 9, 1, "5");
    ok(model_check(m) == NULL && s->likeness->decisions == 9, "no page leads in a circle");
    model_free(m);
}

static void test_nonsense(void)
{
    static const char *const answers[] = {
        "[]",
        "{'decisions':-1}",
        "{'decisions':3,'seats':[{'seat':0},{'seat':9,'all':3},7,{'seat':1,'all':{"
        "'brier':10001,'agreement_permille':1001,'with_outcome':99999999999}}]}",
        "{'decisions':4,'pairs':{'columns':['b','a','kappa',7],'rows':[[2,1,1001],[1,1,5],"
        "[3],7,[],[9,1,3],[2,1,-1000,5,6,7]]},'clusters':{'order':[4,4,0,9,'x',2],"
        "'groups':[[1,9],[],7,[2],[3],[4],[1]],'least_kappa':7000}}",
        "{'decisions':5,'pairs':{},'clusters':[]}",
        "{'decisions':6,'pairs':{'columns':['a','b','votes','agreed'],"
        "'rows':[[1,2,3,9]]}}",
    };
    struct model *m = model_at_rest(4);
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        (void)say_result(m, LINES_NOW, "patterns.pairs", "%s", answers[i]);
        const char *why = model_check(m);
        wrong += why != NULL;
        if (why != NULL) {
            printf("#   %s: %s\n", answers[i], why);
        }
    }
    is(wrong, 0, "answers that make no sense do no harm");
    ok(model_nonsense(m) > 8, "and are counted");
    model_free(m);
}

static void test_past(void)
{
    struct model *m = model_at_rest(4);
    struct scene past, frozen;
    for (uint64_t record = 0; record < 10; record++) {
        decide(m, LINES_NOW + 1000 * record, record);
        if (record == 3 || record == 6) {
            say_pairs(m, record + 1);
        }
    }
    (void)model_past(m, 9, &past);
    ok(past.likeness != NULL && past.likeness->decisions == 7, "the newest");
    scene_free(&past);
    (void)model_past(m, 5, &past);
    ok(past.likeness != NULL && past.likeness->decisions == 4 && past.tallies == NULL,
       "what had been told by then");
    scene_free(&past);
    (void)model_past(m, 2, &past);
    ok(past.likeness == NULL, "and before that nothing");
    scene_free(&past);
    scene_copy(&frozen, model_scene(m));
    say_pairs(m, 10);
    ok(frozen.likeness->decisions == 7 && model_scene(m)->likeness->decisions == 10,
       "what is frozen stays");
    scene_free(&frozen);
    say_pairs(m, 8);
    (void)model_past(m, 9, &past);
    ok(past.likeness->decisions == 8, "a node that went back has the last word");
    scene_free(&past);
    model_free(m);
}

static void test_memory(void)
{
    static const unsigned councils[] = {33, UI_SEATS_MAX};
    for (size_t i = 0; i < 2; i++) {
        struct model *m = model_at_rest(councils[i]);
        size_t before = model_bytes(m);
        for (uint64_t decisions = 1; decisions < 300; decisions++) {
            say_pairs(m, decisions);
            say_seats(m, decisions);
        }
        size_t more = model_bytes(m) - before;
        ok(more < 640 * 1024, "%u seats: %zu kB however long it goes on", councils[i],
           more / 1024);
        ok(model_scene(m)->likeness->decisions == 299, "the newest is there");
        model_free(m);
    }
}

int main(void)
{
    test_asking();
    test_refused();
    test_answers();
    test_pages();
    test_nonsense();
    test_past();
    test_memory();
    return tap_done();
}
