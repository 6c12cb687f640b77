/* SPDX-License-Identifier: ISC */
/* What is asked for because somebody looks, acting, and a node that goes and comes back. */
#include "model_check.h"
#include "model_lines.h"
#include "tap.h"

#include "control/control.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct detail detail(const struct model *m, enum detail_kind kind, const char *key)
{
    return model_detail(m, kind, key);
}

static bool asks(struct model *m, const char *expected)
{
    const char *ids = asked(m);
    bool same = strcmp(ids, expected) == 0;
    if (!same) {
        printf("#   asked: %s\n", ids);
    }
    return same;
}

static void test_states(void)
{
    struct model *m = model_at_rest(4);
    ok(detail(m, DETAIL_FLAG, "7").state == DETAIL_NONE, "nothing is here");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW);
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW);
    ok(detail(m, DETAIL_FLAG, "7").state == DETAIL_ASKED && asks(m, "flag.7 "),
       "asked once");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 5000);
    ok(asks(m, ""), "and not again while it is on its way");
    (void)say_result(m, LINES_NOW, "flag.7", "{'id':7,'evidence':{'gaps':[1]}}");
    struct detail d = detail(m, DETAIL_FLAG, "7");
    ok(d.state == DETAIL_HERE && json_integer_value(json_object_get(d.value, "id")) == 7 &&
           d.refusal == NULL,
       "here");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 5000);
    ok(asks(m, ""), "fresh as long as nothing has come");
    for (int i = 0; i < 3; i++) {
        (void)say_event(m, LINES_NOW + 6000, "flag.changed",
                        "'id':7,'state':'new','count':%d", i);
        model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 6000);
    }
    ok(asks(m, "flag.7 ") && detail(m, DETAIL_FLAG, "7").state == DETAIL_HERE,
       "else asked again, the old one being shown");
    (void)say_result(m, LINES_NOW + 6100, "flag.7", "{'id':7,'evidence':{'gaps':[2]}}");
    (void)say_event(m, LINES_NOW + 6200, "flag.changed", "'id':7,'state':'new','count':9");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 6999);
    ok(asks(m, ""), "but at most once a second");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 7000);
    ok(asks(m, "flag.7 "), "then again");
    (void)say(m, LINES_NOW + 7001,
              "{'jsonrpc':'2.0','id':'flag.7','error':{'code':-32002,"
              "'message':'there is no flag 7'}}");
    d = detail(m, DETAIL_FLAG, "7");
    ok(d.state == DETAIL_REFUSED && strcmp(d.refusal, "there is no flag 7") == 0 &&
           d.value == NULL,
       "refused, in the node's words");
    model_want_detail(m, DETAIL_FLAG, "7", LINES_NOW + 20000);
    ok(asks(m, ""), "which is not asked again and again");
    (void)say_result(m, LINES_NOW, "verify.9", "[]");
    ok(detail(m, DETAIL_VERIFY, "9").state == DETAIL_REFUSED, "an answer that is none");
    static const char *const keys[] = {"",    "x", "-1", "7.0", "12345678901234567890",
                                       "7\"}"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        model_want_detail(m, DETAIL_FLAG, keys[i], LINES_NOW);
        model_want_detail(m, DETAIL_PROPOSAL, i == 1 ? "ABC" : keys[i], LINES_NOW);
    }
    ok(asks(m, "proposal.12345678901234567890 "), "keys that cannot be are not asked for");
    model_free(m);
}

static void test_eviction(void)
{
    struct model *m = model_at_rest(4);
    char key[24], id[40];
    for (unsigned i = 0; i < DETAILS_MAX; i++) {
        (void)snprintf(id, sizeof(id), "verify.%u", i);
        (void)say_result(m, LINES_NOW, id, "{'height':%u}", i);
    }
    model_want_detail(m, DETAIL_VERIFY, "0", LINES_NOW);
    (void)say_result(m, LINES_NOW, "verify.1000", "{}");
    unsigned here = 0;
    for (unsigned i = 0; i < DETAILS_MAX; i++) {
        (void)snprintf(key, sizeof(key), "%u", i);
        here += detail(m, DETAIL_VERIFY, key).state == DETAIL_HERE;
    }
    ok(here == DETAILS_MAX - 1 && detail(m, DETAIL_VERIFY, "1").state == DETAIL_NONE &&
           detail(m, DETAIL_VERIFY, "0").state == DETAIL_HERE && asks(m, ""),
       "the one that was looked at least is given up");
    char *much = malloc(200000);
    memset(much, 'x', 199999);
    much[199999] = '\0';
    for (unsigned i = 0; i < DETAILS_MAX; i++) {
        (void)snprintf(id, sizeof(id), "verify.%u", i);
        (void)say_result(m, LINES_NOW, id, "{'text':'%s'}", much);
    }
    ok(model_bytes(m) < 6 * 1024 * 1024 &&
           detail(m, DETAIL_VERIFY, "23").state == DETAIL_HERE &&
           detail(m, DETAIL_VERIFY, "0").state == DETAIL_NONE,
       "large ones sooner");
    for (unsigned i = 0; i < 8; i++) {
        (void)snprintf(key, sizeof(key), "%u", 100 + i);
        (void)snprintf(id, sizeof(id), "verify.%u", 100 + i);
        model_want_detail(m, DETAIL_VERIFY, key, LINES_NOW);
        (void)say_result(m, LINES_NOW, id, "{'text':'%s'}", much);
    }
    here = 0;
    for (unsigned i = 0; i < 8; i++) {
        (void)snprintf(key, sizeof(key), "%u", 100 + i);
        here += detail(m, DETAIL_VERIFY, key).state == DETAIL_HERE;
    }
    is(here, 8, "but not those that somebody looks at");
    free(much);
    model_free(m);
}

static void test_blocks(void)
{
    struct model *m = model_at_rest(4);
    model_want_detail(m, DETAIL_BLOCK, "12", LINES_NOW);
    ok(asks(m, "block.12.0 "), "a block");
    (void)say_result(m, LINES_NOW, "block.12.0",
                     "{'height':12,'envelopes':[1,2],'certificate':{},'next':2}");
    ok(detail(m, DETAIL_BLOCK, "12").state == DETAIL_ASKED && asks(m, "block.12.2 "),
       "is asked for to its end");
    (void)say_result(m, LINES_NOW, "block.12.2",
                     "{'height':12,'envelopes':[3],'certificate':{},'next':3}");
    (void)asked(m);
    (void)say_result(m, LINES_NOW, "block.12.3",
                     "{'height':12,'envelopes':[4],'certificate':{},'next':null}");
    struct detail d = detail(m, DETAIL_BLOCK, "12");
    const json_t *envelopes = json_object_get(d.value, "envelopes");
    ok(d.state == DETAIL_HERE && json_array_size(envelopes) == 4 &&
           json_integer_value(json_array_get(envelopes, 3)) == 4 && asks(m, ""),
       "and put together");
    (void)say_result(m, LINES_NOW, "block.12.3", "{'envelopes':[5],'next':4}");
    (void)say_result(m, LINES_NOW, "block.77.3", "{'envelopes':[5],'next':null}");
    ok(json_array_size(json_object_get(detail(m, DETAIL_BLOCK, "12").value, "envelopes")) ==
               4 &&
           model_nonsense(m) == 2,
       "a part that does not follow is none");
    model_want_detail(m, DETAIL_BLOCK, "13", LINES_NOW);
    (void)asked(m);
    (void)say_result(m, LINES_NOW, "block.13.0", "{'envelopes':[1],'next':1}");
    (void)asked(m);
    (void)say_result(m, LINES_NOW, "block.13.1", "{'envelopes':[2],'next':1}");
    ok(detail(m, DETAIL_BLOCK, "13").state == DETAIL_HERE && asks(m, ""),
       "a block that does not go on is as it is");
    (void)say_result(m, LINES_NOW, "block.14.0",
                     "{'envelopes':[],'certificate':null,'next':null}");
    model_want_detail(m, DETAIL_BLOCK, "14", LINES_NOW + 9000);
    ok(asks(m, ""), "one without its certificate");
    (void)say_event(m, LINES_NOW + 9000, "block.committed", "'height':101,'view':4");
    model_want_detail(m, DETAIL_BLOCK, "14", LINES_NOW + 9000);
    ok(asks(m, "block.14.0 status "), "is asked for again when it may be there");
    model_free(m);
}

static void test_secrets(void)
{
    struct model *m = model_at_rest(4);
    char own[UI_ID_BYTES], id[96];
    static const char *const phases[] = {"sealed", "opening"};
    memcpy(own, id_text(1000), sizeof(own));
    (void)snprintf(id, sizeof(id), "proposal.%s", own);
    open_proposal(m, LINES_NOW, 0, 3);
    bool kept = false;
    for (size_t i = 0; i < 2; i++) {
        (void)say_result(m, LINES_NOW, id,
                         "{'id':'%s','phase':'%s','seats':[{'seat':1,'status':'committed',"
                         "'choice':'approve','confidence':5,'rationale':'r'},"
                         "{'seat':2,'status':'committed','choice':null}]}",
                         own, phases[i]);
        const json_t *rows =
            json_object_get(detail(m, DETAIL_PROPOSAL, own).value, "seats");
        const json_t *row = json_array_get(rows, 0);
        kept = kept || !json_is_null(json_object_get(row, "choice")) ||
               !json_is_null(json_object_get(row, "confidence")) ||
               !json_is_null(json_object_get(row, "rationale"));
    }
    ok(!kept && model_nonsense(m) == 2,
       "nothing of a choice is kept while ballots are sealed");
    (void)snprintf(id, sizeof(id), "proposal.%s", id_text(77));
    (void)say_result(m, LINES_NOW, id,
                     "{'id':'%s','phase':'sealed','seats':[{'seat':1,'choice':'reject'}]}",
                     id_text(77));
    const json_t *unknown =
        json_object_get(detail(m, DETAIL_PROPOSAL, id_text(77)).value, "seats");
    ok(json_is_null(json_object_get(json_array_get(unknown, 0), "choice")) &&
           model_nonsense(m) == 3,
       "nor of a proposal that is not held here");
    (void)snprintf(id, sizeof(id), "proposal.%s", own);
    (void)say_event(m, LINES_NOW, "proposal.opening", "'proposal':'%s','committed':3", own);
    model_want_detail(m, DETAIL_PROPOSAL, own, LINES_NOW + 2000);
    ok(strstr(asked(m), id) != NULL, "an event makes the detail one of the past");
    (void)say_result(m, LINES_NOW, id,
                     "{'id':'%s','phase':'opening','seats':[{'seat':1,'status':'revealed',"
                     "'choice':'approve','confidence':5,'rationale':'r'}]}",
                     own);
    const json_t *rows = json_object_get(detail(m, DETAIL_PROPOSAL, own).value, "seats");
    ok(strcmp(json_string_value(json_object_get(json_array_get(rows, 0), "rationale")),
              "r") == 0,
       "but when they are opened");
    model_free(m);
}

static void test_pages(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    model_want_page(m, PAGE_LOG);
    model_want_page(m, PAGE_BLOCKS);
    model_want_page(m, PAGE_DECISIONS);
    ok(asks(m, ""), "there is nothing to go on from");
    (void)say_result(m, LINES_NOW, "log",
                     "{'lines':[{'n':50,'event':'a','level':'warn','text':'x','seat':2,"
                     "'time_ms':9},{'n':49,'event':'b'},{'n':0},{'n':99999999999999}],"
                     "'next':49}");
    ok(s->line_count == 2 && s->lines[0]->n == 50 && s->lines[0]->level == LINE_WARN &&
           s->lines[0]->seat == 2 && model_nonsense(m) == 2,
       "lines of the log");
    model_want_page(m, PAGE_LOG);
    ok(asks(m, "log..49 "), "a page of older ones");
    (void)say_result(m, LINES_NOW, "log..49", "{'lines':[{'n':48},{'n':47}],'next':null}");
    (void)say_event(m, LINES_NOW, "log.line", "'line':{'n':51,'event':'c'}");
    (void)say_event(m, LINES_NOW, "log.line", "'line':{'n':48,'event':'c'}");
    model_want_page(m, PAGE_LOG);
    ok(s->line_count == 5 && s->lines[0]->n == 51 && s->lines[4]->n == 47 && asks(m, ""),
       "in their places, to the end");

    (void)say_event(m, LINES_NOW, "block.committed", "'height':1000,'view':4");
    model_want_page(m, PAGE_BLOCKS);
    ok(asks(m, "blocks..999 "), "a page of blocks");
    model_want_height(m, 1000);
    ok(asks(m, ""), "a height that is here");
    (void)say_result(m, LINES_NOW, "blocks..999",
                     "{'blocks':[{'height':999,'view':5,'envelopes':2,'bytes':7},"
                     "{'height':998,'view':5}],'next':997}");
    ok(s->block_count == 3 && s->blocks[1]->height == 999 && s->blocks[1]->bytes == 7 &&
           s->blocks[1]->primary == 2,
       "which follow");
    model_want_height(m, 500);
    ok(asks(m, "blocks.at.525 "), "blocks around a height");
    struct buffer rows = {NULL, 0, 0};
    for (unsigned h = 525; h > 475; h--) {
        char row[64];
        int size = snprintf(row, sizeof(row), "%s{'height':%u}", h < 525 ? "," : "", h);
        buffer_append(&rows, row, (size_t)size);
    }
    buffer_append(&rows, "", 1);
    (void)say_result(m, LINES_NOW, "blocks.at.525", "{'blocks':[%s],'next':475}",
                     (const char *)rows.data);
    for (unsigned h = 1001; h <= 2000; h++) {
        (void)say_event(m, LINES_NOW, "block.committed", "'height':%u,'view':4", h);
    }
    unsigned around = 0;
    for (size_t i = 0; i < s->block_count; i++) {
        around += s->blocks[i]->height > 475 && s->blocks[i]->height <= 525;
    }
    ok(s->block_count == BLOCKS_MAX && around == 50 && s->blocks[0]->height == 2000,
       "stay while new ones come");
    buffer_free(&rows);

    (void)say_result(m, LINES_NOW, "flags",
                     "{'flags':[{'id':90,'state':'new'}],'next':null,'new':1,"
                     "'acknowledged':0,'cleared':80}");
    model_want_page(m, PAGE_FLAGS);
    ok(asks(m, "flags.all "), "flags in any state, from the newest on");
    (void)say_result(m, LINES_NOW, "flags.all",
                     "{'flags':[{'id':91,'state':'cleared'},{'id':90,'state':'new'}],"
                     "'next':90,'new':1,'acknowledged':0,'cleared':80}");
    model_want_page(m, PAGE_FLAGS);
    const char *lines = asked_lines(m);
    ok(strstr(lines, "\"id\":\"flags.all.90\",\"method\":\"flags\",\"params\":{\"state\":"
                     "\"all\",\"limit\":200,\"before\":90}}\n") != NULL,
       "and on");
    (void)say_result(m, LINES_NOW, "flags.all.90",
                     "{'flags':[{'id':89,'state':'cleared'}],'next':null,'new':1,"
                     "'acknowledged':0,'cleared':80}");
    model_want_page(m, PAGE_FLAGS);
    ok(s->flag_count == 3 && s->flags[2]->id == 89 && asks(m, ""), "to the end");
    model_free(m);
}

static void test_flags(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    ok(!model_take_bell(m), "no bell without a flag");
    (void)say_event(m, LINES_NOW, "flag.raised",
                    "'id':5,'kind':'silent','letter':'D','severity':'warning','seat':3,"
                    "'name':'s3','proposal':null,'height':7,'text':'nothing','state':'new',"
                    "'first_ms':1,'last_ms':2,'count':3,'acknowledged_ms':null,"
                    "'acknowledged_by':null,'cleared_ms':null,'local':true");
    const struct scene_flag *f = s->flag_count > 0 ? s->flags[0] : NULL;
    ok(f != NULL && f->id == 5 && strcmp(f->kind, "silent") == 0 && f->letter == 'D' &&
           f->severity == FLAG_WARNING && f->seat == 3 && f->height == 7 && f->count == 3 &&
           f->state == FLAG_NEW && f->first_ms == 1 && f->cleared_ms == UNKNOWN &&
           f->acknowledged_by == -1 && f->local && strcmp(f->text, "nothing") == 0,
       "a flag is raised");
    ok(s->flags_new == 1 && model_take_bell(m) && !model_take_bell(m), "with one bell");
    struct scene frozen;
    scene_copy(&frozen, s);
    (void)say_event(m, LINES_NOW, "flag.changed", "'id':5,'state':'new','count':4");
    ok(s->flags[0]->count == 4 && s->flags_new == 1 && !model_take_bell(m), "seen again");
    (void)say_event(m, LINES_NOW, "flag.acknowledged",
                    "'id':5,'state':'acknowledged','seat':3,'acknowledged_ms':8,"
                    "'acknowledged_by':1000,'severity':'notice'");
    ok(s->flags_new == 0 && s->flags_acknowledged == 1 &&
           s->flags[0]->acknowledged_by == 1000,
       "acknowledged");
    (void)say_event(m, LINES_NOW, "flag.changed", "'id':3,'state':'new','count':2");
    ok(s->flags_new == 0 && asks(m, ""), "one that was not held here was counted before");
    (void)say_event(m, LINES_NOW, "flag.cleared", "'id':2,'state':'cleared'");
    ok(asks(m, "flags "), "of one that is cleared it is not known which it was");
    (void)say_event(
        m, LINES_NOW, "flag.raised",
        "'id':6,'state':'new','seat':3,'severity':'critical','letter':'\\u001b'");
    ok(scene_worst_flag(s, 3) == s->flags[0] && s->flags[0]->id == 6 &&
           s->flags[0]->letter == '?' && scene_worst_flag(s, 2) == NULL,
       "the worst of a seat");
    (void)say_event(m, LINES_NOW, "flag.cleared",
                    "'id':6,'state':'cleared','seat':3,'severity':'critical'");
    ok(scene_worst_flag(s, 3)->id == 5 && s->flags_new == 0, "that is not cleared");
    ok(frozen.flags[0]->state == FLAG_NEW && frozen.flags[0]->count == 3,
       "a frozen scene stays");
    scene_free(&frozen);
    (void)model_take_bell(m);
    model_disconnected(m, LINES_NOW, "gone");
    model_connected(m, LINES_NOW);
    (void)say_result(m, LINES_NOW, "flags",
                     "{'flags':[{'id':8,'state':'new'}],'next':null,'new':1,"
                     "'acknowledged':0,'cleared':2}");
    ok(s->flag_count == 5 && s->flags[2]->state == FLAG_CLEARED &&
           s->flags[3]->state == FLAG_CLEARED && model_take_bell(m),
       "what was cleared and what is new since");
    model_free(m);
    m = model_new();
    model_connected(m, LINES_NOW);
    (void)say_result(m, LINES_NOW, "subscribe", "{'status':%s,'open':[]}",
                     status_text(4, 2, 0));
    (void)say_result(m, LINES_NOW, "flags",
                     "{'flags':[{'id':8,'state':'new'}],'next':null,'new':1,"
                     "'acknowledged':0,'cleared':2}");
    ok(!model_take_bell(m), "no bell for what was there before");
    model_free(m);
}

/* The next outcome is this one; NULL: there is none. */
static bool outcome(struct model *m, bool good, const char *text)
{
    char got[400];
    bool was;
    if (!model_next_outcome(m, &was, got, sizeof(got))) {
        return text == NULL;
    }
    bool same = text != NULL && was == good && strcmp(got, text) == 0;
    if (!same) {
        printf("#   got %s\n", got);
    }
    return same;
}

static void test_acts(void)
{
    struct model *m = model_at_rest(4);
    model_act(m, "flags.ack", json_pack("{s:[i]}", "ids", 7), "acknowledged flag 7");
    const char *lines = asked_lines(m);
    ok(strstr(lines, "\"method\":\"flags.ack\"") != NULL &&
           strstr(lines, "\"id\":\"act.1\"") != NULL &&
           strstr(lines, "\"params\":{\"ids\":[7]}") != NULL,
       "sent");
    ok(outcome(m, false, NULL), "and not told before the answer");
    (void)say_result(m, LINES_NOW, "act.1", "{'acknowledged':[7]}");
    ok(outcome(m, true, "acknowledged flag 7") && outcome(m, true, NULL),
       "done, told once");
    (void)say_result(m, LINES_NOW, "act.1", "{'acknowledged':[7]}");
    ok(outcome(m, true, NULL), "an answer that comes twice is none");
    model_act(m, "propose", json_pack("{s:s}", "title", "a\nb"), "proposed");
    (void)asked(m);
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':'act.2','error':{'code':-32001,"
              "'message':'the role \\u001b operate'}}");
    ok(outcome(m, false, "proposed: the role \\x1b operate"),
       "refused, in the node's words");
    model_act(m, "propose", json_object(), "proposed");
    (void)asked(m);
    model_act(m, "propose", json_object(), "proposed too");
    model_disconnected(m, LINES_NOW, "gone");
    ok(outcome(m, false, "proposed: the connection ended before the node answered") &&
           outcome(m, false, "proposed too: not sent: there is no connection"),
       "neither done nor refused");
    model_act(m, "propose", json_object(), "proposed");
    ok(outcome(m, false, "proposed: there is no connection"), "there is no node");
    model_connected(m, LINES_NOW);
    for (int i = 0; i < 200; i++) {
        model_act(m, "propose", json_object(), "proposed");
    }
    unsigned told = 0;
    char text[400];
    bool good;
    while (model_next_outcome(m, &good, text, sizeof(text))) {
        told++;
    }
    ok(told > 0 && told <= 16, "too many are not queued without end, nor told of");
    model_free(m);
}

static void test_reconnect(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    (void)say_event(m, LINES_NOW, "log.line", "'line':{'n':9,'time_ms':5,'event':'x'}");
    model_want_detail(m, DETAIL_CHARTER, "", LINES_NOW);
    (void)say_result(m, LINES_NOW, "verify.7", "{}");
    open_proposal(m, LINES_NOW, 0, 2);
    open_proposal(m, LINES_NOW, 1, 2);
    model_disconnected(m, LINES_NOW + 1000, "the node closed the connection");
    model_disconnected(m, LINES_NOW + 2000, "no node listens");
    ok(s->known && s->open_count == 2 && s->seat[3].connected && s->line_count == 1,
       "when the node goes away the last data stay");
    ok(detail(m, DETAIL_CHARTER, "").state == DETAIL_NONE &&
           detail(m, DETAIL_VERIFY, "7").state == DETAIL_HERE,
       "and details, but for those on their way");
    model_connected(m, LINES_NOW + 13500);
    ok(strcmp(asked(m), "subscribe seats votes heartbeats flags records log blocks ") ==
               0 &&
           s->gaps == 0,
       "then all is asked anew");
    (void)say_result(
        m, LINES_NOW + 13500, "subscribe",
        "{'seq':2,'status':%s,'open':[{'id':'%s','class':'routine','title':'1',"
        "'phase':'opening','outcome':null,'threshold':3,'approve':0,'reject':0,"
        "'abstain':0,'committed':3,'revealed':0,'opened_height':101,"
        "'opened_ms':5,'proposer':1}]}",
        status_text(4, 2, 1), id_text(1001));
    ok(s->gaps == 1 && s->line_count == 2 && s->lines[0]->level == LINE_GAP &&
           s->lines[0]->n == 0 && s->lines[0]->time_ms == LINES_NOW + 1000,
       "a gap is marked: %s", s->lines[0]->text);
    ok(strstr(s->lines[0]->text, "12.5 s") != NULL &&
           strstr(s->lines[0]->text, "closed the connection") != NULL,
       "with its times and why");
    ok(s->open_count == 1 && s->open[0]->phase == UI_OPENING &&
           s->open[0]->codes[0] == BALLOT_SEALED && strstr(asked(m), "ballots.") != NULL,
       "what is final by now is gone, what is open is asked for");
    (void)say_result(m, LINES_NOW + 13500, "log",
                     "{'lines':[{'n':11},{'n':10},{'n':9},{'n':8}],'next':8}");
    ok(s->line_count == 5 && s->lines[0]->n == 11 && s->lines[2]->level == LINE_GAP &&
           s->lines[4]->n == 8,
       "the log goes on around the gap");
    /* the node itself begins anew: so do its numbers */
    model_disconnected(m, LINES_NOW + 20000, "the node closed the connection");
    model_connected(m, LINES_NOW + 21000);
    char *status = strdup(status_text(4, 2, 1));
    memcpy(strstr(status, "1773490000000"), "1773496950000", 13);
    (void)say_result(m, LINES_NOW + 21000, "subscribe", "{'seq':2,'status':%s,'open':[]}",
                     status);
    free(status);
    (void)say_result(m, LINES_NOW + 21000, "log",
                     "{'lines':[{'n':2},{'n':1}],'next':null}");
    ok(s->gaps == 2 && s->line_count == 8 && s->lines[0]->n == 2 && s->lines[1]->n == 1 &&
           s->lines[2]->level == LINE_GAP && s->lines[3]->n == 11,
       "a node that was restarted counts from one");
    /* another council at the same place */
    (void)say_event(m, LINES_NOW, "flag.raised", "'id':5,'state':'new'");
    (void)say_result(m, LINES_NOW + 22000, "status", "%s", status_text(7, 2, 0));
    ok(s->known && s->seats == 7 && s->line_count == 0 && s->flag_count == 0 &&
           !s->seat[0].told && s->cards[0].name[0] == '\0' &&
           detail(m, DETAIL_VERIFY, "7").state == DETAIL_NONE && s->gaps == 2,
       "of another council nothing is taken for this one's");
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':null,'error':{'code':-32005,"
              "'message':'too many clients'}}");
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':null,'error':{'code':-32005,"
              "'message':'too many clients'}}");
    ok(s->line_count == 1 && strcmp(s->lines[0]->text, "too many clients") == 0,
       "being turned away is told once");
    const char *wrong = model_check(m);
    ok(wrong == NULL, "all is well %s", wrong != NULL ? wrong : "");
    model_free(m);
    model_free(NULL);
}

/* Events that mean nothing here are not read, those that look like them are. */
static void test_idle_events(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    char own[UI_ID_BYTES];
    memcpy(own, id_text(1000), sizeof(own));
    open_proposal(m, LINES_NOW, 0, 3);
    (void)say_event(m, LINES_NOW, "proposal.opening", "'proposal':'%s','committed':3", own);
    uint64_t version = model_version(m), events = s->events;
    (void)say_event(m, LINES_NOW, "operation.void",
                    "'seat':1,'name':'s1','kind':'propose','verdict':'quota'");
    ok(model_version(m) == version && s->events == events + 1, "it is counted, no more");
    (void)say(
        m, LINES_NOW,
        "{'jsonrpc':'2.0','method':'event','params':{'seq':1,'event':'operation.void',"
        "'seat':1,'kind':'rev\\u0065al','verdict':'bad-opening','proposal':'%s'}}",
        own);
    (void)say(m, LINES_NOW,
              " {'params' : {'verdict':'bad-opening','kind' : 'reveal','proposal':'%s',"
              "'seat':2,'event':'operation.void'},'method':'event','jsonrpc':'2.0'}",
              own);
    ok(s->open[0]->codes[0] == BALLOT_MISMATCH && s->open[0]->codes[1] == BALLOT_MISMATCH,
       "however it is written");
    model_free(m);
}

int main(void)
{
    control_library_init();
    test_states();
    test_eviction();
    test_blocks();
    test_secrets();
    test_pages();
    test_flags();
    test_acts();
    test_reconnect();
    test_idle_events();
    return tap_done();
}
