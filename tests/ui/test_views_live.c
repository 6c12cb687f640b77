/* SPDX-License-Identifier: ISC */
/* Views of a model that a node's lines made: what they ask for, and what they show of the
 * answers. */
#include "golden.h"
#include "model_lines.h"
#include "tap.h"

#include "ui/view/ballots.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A view as the console would show it: rows, then what it wants, then the screen. */
static bool look(const char *name, const struct view *v, struct model *m,
                 const struct view_state *state, uint64_t now_ms)
{
    struct view_context ctx = {
        .scene = model_scene(m), .model = m, .now_ms = now_ms, .state = state};
    struct rows rows;
    struct cells c;
    struct drawn drawn;
    rows_make(v, &ctx, &rows);
    v->want(&ctx, m, now_ms);
    bool same = true;
    if (name != NULL) {
        cells_init(&c, 17, 80, false);
        v->draw(&ctx, &c, cells_area(&c), &drawn);
        same = golden_cells(name, &c, NULL);
        cells_free(&c);
    }
    rows_free(&rows);
    return same;
}

static struct view_state at_depth(unsigned depth, uint64_t first, uint64_t second)
{
    struct view_state out;
    memset(&out, 0, sizeof(out));
    out.depth = depth;
    out.subject[1] = first;
    out.subject[2] = second;
    for (int i = 0; i < DEPTH_MAX; i++) {
        out.panes[i].key = ROW_NEWEST;
    }
    return out;
}

/* --- a decision, from sealed to final --- */

static void answer_proposal(struct model *m, const char *id, const char *phase)
{
    char ask[96];
    (void)snprintf(ask, sizeof(ask), "proposal.%s", id);
    (void)say_result(
        m, LINES_NOW, ask,
        "{'id':'%s','class':'routine','title':'Decision 0','phase':'%s','outcome':null,"
        "'text':'Whether to go on.','evidence':'{\\u0022n\\u0022:1}','threshold':3,"
        "'approve':1,'reject':0,'abstain':0,'committed':3,'revealed':1,"
        "'grace_deadline_ms':%" PRIu64 ","
        "'opened':{'height':101,'time_ms':%" PRIu64 "},'sealed':null,'seats':["
        "{'seat':1,'name':'s1','status':'revealed','choice':'approve','confidence':80,"
        "'rationale':'because it must'},"
        "{'seat':2,'name':'s2','status':'committed','choice':null,'confidence':null,"
        "'rationale':null}],'truncated':false}",
        id, phase, LINES_NOW + 1700, LINES_NOW);
}

static void test_ballots(void)
{
    struct model *m = model_at_rest(4);
    char id[UI_ID_BYTES], wanted[96];
    memcpy(id, id_text(1000), sizeof(id));
    (void)snprintf(wanted, sizeof(wanted), "proposal.%s ", id);
    open_proposal(m, LINES_NOW, 0, 3);
    uint64_t key = ballots_key(ballots_at(model_scene(m), 0));
    struct view_state list = at_depth(0, 0, 0), detail = at_depth(1, key, 0);
    struct view_state reason = at_depth(2, key, 1);
    (void)asked(m);
    ok(look("live-ballots-list", &view_ballots, m, &list, LINES_NOW), "the list");
    ok(look(NULL, &view_ballots, m, &detail, LINES_NOW) && strstr(asked(m), wanted) != NULL,
       "the detail asks for the proposal");
    answer_proposal(m, id, "sealed");
    ok(look("live-ballots-sealed", &view_ballots, m, &detail, LINES_NOW),
       "sealed: whatever the node says");
    ok(look("live-ballots-sealed-text", &view_ballots, m, &reason, LINES_NOW),
       "nor in the pager");
    (void)say_event(m, LINES_NOW + 2000, "proposal.opening",
                    "'proposal':'%s','committed':3,'height':102,'time_ms':%" PRIu64
                    ",'reveal_deadline_ms':%" PRIu64,
                    id, LINES_NOW + 2000, LINES_NOW + 20000);
    (void)say_event(m, LINES_NOW + 2000, "ballot.revealed",
                    "'proposal':'%s','seat':1,'name':'s1','choice':'approve',"
                    "'confidence':80,'rationale':'because it must'",
                    id);
    ok(look(NULL, &view_ballots, m, &detail, LINES_NOW + 2000) &&
           strstr(asked(m), wanted) != NULL,
       "it is asked for again when something came");
    answer_proposal(m, id, "opening");
    ok(look("live-ballots-opening", &view_ballots, m, &detail, LINES_NOW + 2000),
       "opening");
    ok(look("live-ballots-opening-text", &view_ballots, m, &reason, LINES_NOW + 2000),
       "and its text");
    (void)say_event(m, LINES_NOW + 3000, "proposal.final",
                    "'proposal':'%s','height':103,'time_ms':%" PRIu64 ",%s", id,
                    LINES_NOW + 3000, record_text(0, 4, "YNwl"));
    ok(look("live-ballots-final", &view_ballots, m, &detail, LINES_NOW + 4000),
       "final: the row is the same one");
    struct view_state map = at_depth(0, 0, 0), seat = at_depth(1, 3, 0);
    ok(look("live-pattern", &view_pattern, m, &map, LINES_NOW + 4000) &&
           look("live-pattern-seat", &view_pattern, m, &seat, LINES_NOW + 4000),
       "and in the pattern");
    model_free(m);
}

/* --- flags --- */

static void test_flags(void)
{
    struct model *m = model_at_rest(4);
    struct view_state list = at_depth(0, 0, 0), detail = at_depth(1, 7, 0);
    (void)asked(m);
    (void)say_event(m, LINES_NOW, "flag.raised",
                    "'id':7,'kind':'votes-alike','letter':'Z','severity':'notice',"
                    "'seat':3,'name':'s3','proposal':null,'height':null,"
                    "'text':'votes as seat 4 does','state':'new','first_ms':%" PRIu64
                    ",'last_ms':%" PRIu64 ",'count':2,'acknowledged_ms':null,"
                    "'acknowledged_by':null,'cleared_ms':null,'local':true",
                    LINES_NOW - 5000, LINES_NOW);
    ok(look("live-flags", &view_flags, m, &list, LINES_NOW), "a kind of later times");
    ok(look(NULL, &view_flags, m, &detail, LINES_NOW) &&
           strstr(asked(m), "flag.7 ") != NULL,
       "its evidence is asked for");
    (void)say_result(m, LINES_NOW, "flag.7",
                     "{'id':7,'evidence':{'seats':[3,4],'p':0.004,'decisions':"
                     "[{'record':3,'alike':true},{'record':4,'alike':true}]}}");
    ok(look("live-flags-evidence", &view_flags, m, &detail, LINES_NOW), "and shown");
    model_free(m);
}

/* --- the ledger --- */

static void test_ledger(void)
{
    struct model *m = model_at_rest(4);
    struct view_state list = at_depth(0, 0, 0), detail = at_depth(1, 101, 0);
    (void)say_event(m, LINES_NOW, "block.committed",
                    "'view':4,'height':101,'hash':'%s','time_ms':%" PRIu64
                    ",'operations':2,'prepared_ms':12,'committed_ms':31",
                    id_text(77), LINES_NOW);
    (void)asked(m);
    ok(look("live-ledger", &view_ledger, m, &list, LINES_NOW), "blocks");
    ok(look(NULL, &view_ledger, m, &detail, LINES_NOW) &&
           strstr(asked(m), "block.101") != NULL,
       "a block is asked for");
    (void)say_result(
        m, LINES_NOW, "block.101.0",
        "{'height':101,'view':4,'hash':'%s','prev_hash':'%s','ops_root':'%s',"
        "'state_root':'%s','certificate':{'height':102,'view':4,'hash':'%s',"
        "'seats':[1,2,4]},'next':null,'envelopes':[{'seat':3,'name':'s3',"
        "'sort':'signed','id':'%s','operations':[{'kind':'ballot','id':'%s','seat':3,"
        "'proposal':'%s','commitment':'%s'}]}]}",
        id_text(77), id_text(76), id_text(5), id_text(6), id_text(78), id_text(8),
        id_text(7), id_text(9), id_text(1000));
    model_want_detail(m, DETAIL_VERIFY, "101", LINES_NOW);
    ok(strstr(asked(m), "verify.101 ") != NULL, "to verify is the operator's wish");
    (void)say_result(m, LINES_NOW, "verify.101",
                     "{'height':101,'ok':true,'checks':[{'what':'header','ok':true,"
                     "'text':'the hash is that of the header'}]}");
    ok(look("live-ledger-block", &view_ledger, m, &detail, LINES_NOW), "and shown");
    model_free(m);
}

/* --- the log, over an absence --- */

static void test_log(void)
{
    struct model *m = model_at_rest(4);
    struct view_state list = at_depth(0, 0, 0);
    (void)say_event(m, LINES_NOW, "log.line",
                    "'line':{'n':5,'time_ms':%" PRIu64
                    ",'level':'info','event':'block.committed','seat':null,"
                    "'text':'height=100'}",
                    LINES_NOW);
    model_disconnected(m, LINES_NOW + 1000, "closed by the node");
    model_connected(m, LINES_NOW + 13000);
    (void)say_result(m, LINES_NOW + 13000, "subscribe", "{'seq':20,'status':%s,'open':[]}",
                     status_text(4, 2, 0));
    ok(look("live-log", &view_log, m, &list, LINES_NOW + 13000),
       "a time without the node is marked");
    model_free(m);
}

int main(void)
{
    test_ballots();
    test_flags();
    test_ledger();
    test_log();
    return tap_done();
}
