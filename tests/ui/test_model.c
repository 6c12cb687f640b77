/* SPDX-License-Identifier: ISC */
/* What the model makes of a node's answers and events, one kind after the other. */
#include "model_lines.h"
#include "tap.h"

#include "control/control.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct scene_seat *seat(const struct model *m, unsigned number)
{
    return &model_scene(m)->seat[number - 1];
}

static const struct scene_proposal *open_one(const struct model *m)
{
    const struct scene *s = model_scene(m);
    return s->open_count > 0 ? s->open[0] : NULL;
}

static bool codes_are(const struct scene_proposal *p, const char *codes)
{
    bool same =
        p != NULL && strlen(codes) == p->seats && memcmp(p->codes, codes, p->seats) == 0;
    if (!same && p != NULL) {
        printf("#   got %.*s\n", (int)p->seats, (const char *)p->codes);
    }
    return same;
}

static void test_asking(void)
{
    struct model *m = model_new();
    struct buffer none = {NULL, 0, 0};
    ok(!model_next_request(m, &none), "nothing is asked where there is no connection");
    model_connected(m, LINES_NOW);
    const char *lines = asked_lines(m);
    ok(strstr(lines, "\"method\":\"subscribe\"") != NULL &&
           strstr(lines, "\"log.line\"") != NULL &&
           strstr(lines, "\"heartbeats\"") != NULL &&
           strstr(lines, "\"heartbeat\"") == NULL,
       "subscribes to what it needs, and not to each heartbeat");
    ok(strstr(lines, "\"method\":\"records\",\"params\":{\"limit\":100}}\n") != NULL,
       "the last hundred decisions");
    model_connected(m, LINES_NOW);
    const char *ids = asked(m);
    ok(strcmp(ids, "subscribe seats votes heartbeats flags records log blocks ") == 0,
       "in one go, what the first screen needs first: %s", ids);
    ok(!model_next_request(m, &none), "and once");
    ok(say(m, LINES_NOW,
           "{'jsonrpc':'2.0','id':'records','error':{'code':-32601,"
           "'message':'no such method'}}") == 0 &&
           model_scene(m)->line_count == 0,
       "a method that an older node lacks is no error");
    (void)say(m, LINES_NOW,
              "{'jsonrpc':'2.0','id':'subscribe','error':{'code':-32001,"
              "'message':'the role read'}}");
    ok(model_scene(m)->line_count == 1 &&
           strcmp(model_scene(m)->lines[0]->text, "the role read") == 0,
       "a refusal is told");
    model_free(m);
}

static void test_snapshot(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    ok(s->known && s->seats == 4 && s->faulty == 1 && s->quorum == 3 && s->own == 2,
       "the council");
    ok(s->order.view == 4 && s->order.height == 100 && s->order.primary == 1 &&
           strcmp(s->order.role, "operate") == 0 && s->order.timer_ms == UNKNOWN &&
           strcmp(s->order.standing, "sound") == 0,
       "its order");
    ok(strcmp(s->cards[3].name, "s4") == 0 && strcmp(s->cards[0].jurisdiction, "j1") == 0,
       "the seats' cards");
    ok(seat(m, 3)->told && seat(m, 3)->connected &&
           seat(m, 3)->heard_ms == LINES_NOW - 200 && seat(m, 3)->clock_offset_ms == -1 &&
           seat(m, 3)->totals_known,
       "what is known of a seat");
    ok(seat(m, 1)->stages == (STAGE_PRE_PREPARE | STAGE_PREPARE) &&
           seat(m, 3)->stages == (STAGE_PREPARE | STAGE_COMMIT) &&
           seat(m, 4)->stages == 0 && seat(m, 4)->stages_known && s->votes.prepares == 3 &&
           s->votes.idle && s->votes.since_ms == LINES_NOW - 5000,
       "votes");
    ok(s->votes.latency_count == 2 && s->votes.latencies[0].prepared_ms == UNKNOWN &&
           s->votes.latencies[1].committed_ms == 30,
       "latencies");
    const uint8_t *b = seat(m, 1)->beats + UI_BEATS - 5;
    ok(b[0] == BEAT_UNKNOWN && b[1] == 2 && b[2] == BEAT_MISSED && b[3] == 8 && b[4] == 8,
       "heartbeats from nought to the timeout: %d %d %d %d %d", b[0], b[1], b[2], b[3],
       b[4]);
    is(scene_alive(s, LINES_NOW + 8000), 1,
       "nobody but this node is alive after the timeout");
    is(scene_alive(s, LINES_NOW + 7800), 4, "all are at the timeout");
    is((int64_t)model_nonsense(m), 0, "none of it was nonsense");
    model_free(m);
}

static void test_order_events(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    (void)say_event(m, LINES_NOW + 10, "view.change-started", "'view':5,'cause':'timeout'");
    ok(s->order.changing && s->order.view == 5 && s->order.primary == 2 &&
           seat(m, 2)->primary && !seat(m, 1)->primary,
       "view.change-started");
    (void)say_event(m, LINES_NOW + 20, "votes",
                    "'view':5,'height':101,'primary':2,'phase':'pre-prepare',"
                    "'committed':false,'since_ms':null,'prepared_ms':null,"
                    "'committed_ms':null,'pre_prepares':[],'prepares':[],'commits':[],"
                    "'pipeline':[{'height':102,'pre_prepared':1,'prepares':2,'commits':0}],"
                    "'view_changes':[{'seat':3,'view':5},{'seat':4,'view':6}]");
    ok(!s->votes.idle && s->votes.height == 101 && s->votes.since_ms == UNKNOWN &&
           seat(m, 3)->asked_view == 5 && seat(m, 4)->asked_view == 6 &&
           seat(m, 1)->asked_view == UNKNOWN && s->votes.pipeline_count == 1 &&
           s->votes.pipeline[0].pre_prepared && s->votes.pipeline[0].prepares == 2 &&
           s->votes.latency_count == 2,
       "votes");
    (void)say_event(m, LINES_NOW + 30, "view.changed",
                    "'view':5,'primary':2,'primary_name':'s2'");
    ok(!s->order.changing && s->order.view == 5, "view.changed");
    (void)say_event(m, LINES_NOW + 40, "block.committed",
                    "'height':101,'view':5,'hash':'%s','time_ms':1773496927040,"
                    "'operations':2,'prepared_ms':7,'committed_ms':19",
                    id_text(9));
    ok(s->order.height == 101 && strcmp(s->order.tip, id_text(9)) == 0 &&
           s->block_count == 1 && s->blocks[0]->primary == 2 &&
           s->blocks[0]->committed_ms == 19 && s->blocks[0]->bytes == UNKNOWN &&
           s->votes.latency_count == 3 && seat(m, 2)->height == 101,
       "block.committed");
    (void)say_event(m, LINES_NOW + 41, "block.committed",
                    "'height':101,'view':5,'hash':'%s','time_ms':1773496927040,"
                    "'envelopes':1,'operations':2,'bytes':640,'prepared_ms':7,"
                    "'committed_ms':19",
                    id_text(9));
    ok(s->block_count == 1 && s->votes.latency_count == 3, "which may be told twice");
    ok(s->blocks[0]->bytes == 640 && s->blocks[0]->envelopes == 1,
       "and by a newer node with its size");
    (void)say_event(m, LINES_NOW + 50, "council.stalled",
                    "'what':'prepares','text':'PREPAREs, 1 of 3','have':1,'need':3,"
                    "'missing':[3,4,99,-1],'able':2,'unable':[3],'reachable':false,"
                    "'next':{'what':'view-change','text':'view 6','in_ms':4200,'view':6},"
                    "'pending':['block'],'since_ms':9000");
    ok(s->order.stalled && strcmp(s->awaiting.what, "prepares") == 0 &&
           s->awaiting.missing[2] && s->awaiting.missing[3] && !s->awaiting.missing[0] &&
           s->awaiting.unable[2] && s->awaiting.next_ms == LINES_NOW + 50 + 4200 &&
           s->awaiting.need == 3 && !s->awaiting.reachable,
       "council.stalled");
    (void)say_event(m, LINES_NOW + 60, "council.moving",
                    "'view':5,'height':102,'stalled_ms':9");
    ok(!s->order.stalled, "council.moving");
    (void)say_event(m, LINES_NOW + 70, "state.lost", "'cause':'restored'");
    ok(strcmp(s->order.standing, "lost") == 0, "state.lost");
    (void)say_event(m, LINES_NOW + 80, "state.returned", "'view':5,'height':102");
    ok(strcmp(s->order.standing, "sound") == 0, "state.returned");
    (void)say_event(m, LINES_NOW + 90, "node.stopped", "'why':'fork','height':102");
    ok(s->order.stopped, "node.stopped");
    (void)say_event(m, LINES_NOW + 95, "epoch.changed", "'epoch':3,'suspended':[4]");
    ok(s->order.epoch == 3 && seat(m, 4)->suspended && !seat(m, 3)->suspended,
       "epoch.changed");
    (void)say_event(m, LINES_NOW + 96, "agent.attached", "'agent':'a','pid':1,'uid':0");
    is(s->order.agents, 2, "agent.attached");
    (void)say_event(m, LINES_NOW + 97, "agent.detached", "'agent':'a','pid':1,'uid':0");
    (void)say_event(m, LINES_NOW + 97, "agent.failed", "'proposal':'%s','reason':'no'",
                    id_text(1));
    is(s->order.agents, 1, "agent.detached");
    ok(strcmp(asked(m), "") == 0, "the status is not asked for again within a second");
    (void)say_event(m, LINES_NOW + 1000, "agent.failed", "'proposal':'x','reason':'no'");
    const char *ids = asked(m);
    ok(strcmp(ids, "status ") == 0, "but then, once: %s", ids);
    (void)say_result(m, LINES_NOW + 1001, "status", "%s", status_text(4, 2, 0));
    (void)say_event(m, LINES_NOW + 3000, "agent.failed", "'proposal':'x','reason':'no'");
    ok(!s->order.stopped && strcmp(asked(m), "") == 0,
       "and not again before it has changed");
    is((int64_t)model_nonsense(m), 0, "none of it was nonsense");
    model_free(m);
}

static void test_seat_events(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    (void)say_event(m, LINES_NOW, "peer.down", "'seat':3,'name':'s3','reason':'closed'");
    (void)say_event(m, LINES_NOW, "peer.down", "'seat':3,'name':'s3','reason':'closed'");
    ok(!seat(m, 3)->connected && s->order.connected == 2,
       "peer.down, which may come twice");
    (void)say_event(m, LINES_NOW, "peer.up", "'seat':3,'name':'s3'");
    ok(seat(m, 3)->connected && s->order.connected == 3, "peer.up");
    (void)say_event(m, LINES_NOW, "seat.suspended",
                    "'seat':4,'name':'s4','until_epoch':3,'height':101");
    ok(seat(m, 4)->suspended, "seat.suspended");
    (void)say_event(m, LINES_NOW, "seat.reinstated", "'seat':4,'name':'s4','height':101");
    ok(!seat(m, 4)->suspended, "seat.reinstated");
    (void)say_event(m, LINES_NOW + 1000, "seat.equivocated",
                    "'seat':3,'name':'s3','statement':'prepare'");
    const char *ids = asked(m);
    ok(strstr(ids, "seats ") != NULL, "seats are asked for when they may have changed: %s",
       ids);
    (void)say_event(m, LINES_NOW + 1000, "seat.convicted", "'seat':3,'name':'s3'");
    ok(seat(m, 3)->expelled, "seat.convicted");
    (void)say_event(m, LINES_NOW + 1100, "heartbeats",
                    "'slot':502,'gap_ms':[null,0,1000,12000],"
                    "'heard_ms_ago':[1500,0,20,null],'round_trip_ms':[2,0,4,null],"
                    "'clock_offset_ms':[-5,0,7,null],'view':[4,4,5,null],"
                    "'height':[100,100,101,null],'flags':{'1':['lost-state','asking'],"
                    "'3':['disk-low'],'77':['disk-low'],'x':['disk-low']},"
                    "'connected':[true,true,true,false]");
    ok(s->usual_height == UNKNOWN, "by one slot nobody is behind");
    ok(seat(m, 1)->beats[UI_BEATS - 1] == BEAT_MISSED &&
           seat(m, 1)->beats[UI_BEATS - 2] == BEAT_UNKNOWN &&
           seat(m, 1)->beats[UI_BEATS - 3] == 8 && seat(m, 3)->beats[UI_BEATS - 1] == 2 &&
           seat(m, 4)->beats[UI_BEATS - 1] == 8,
       "heartbeats: a slot that was not told is unknown");
    ok(seat(m, 1)->heard_ms == LINES_NOW + 1100 - 1500 && seat(m, 4)->heard_ms == UNKNOWN &&
           seat(m, 1)->clock_offset_ms == -5 && seat(m, 4)->clock_offset_ms == INT64_MIN &&
           seat(m, 3)->view == 5 && seat(m, 4)->round_trip_ms == UNKNOWN &&
           !seat(m, 4)->connected && s->order.connected == 2,
       "and what they say");
    ok(strcmp(seat(m, 1)->hints, "lost-state asking") == 0 &&
           strcmp(seat(m, 3)->hints, "disk-low") == 0 && seat(m, 2)->hints[0] == '\0',
       "and hint");
    (void)say_event(m, LINES_NOW + 1200, "block.committed", "'height':104,'view':4");
    (void)say_event(m, LINES_NOW + 2100, "heartbeats", "'slot':503");
    ok(s->order.height == 104 && s->usual_height == 100,
       "who said what this node had a slot before is not behind");
    is((int64_t)model_nonsense(m), 0, "none of it was nonsense");
    model_free(m);
}

static void test_decision(void)
{
    struct model *m = model_at_rest(4);
    const struct scene *s = model_scene(m);
    const char *id = id_text(1000);
    char own[UI_ID_BYTES];
    memcpy(own, id, sizeof(own));
    open_proposal(m, LINES_NOW, 0, 3);
    const struct scene_proposal *p = open_one(m);
    ok(codes_are(p, "ccc.") && p->phase == UI_SEALED && p->committed == 3 &&
           p->commit_deadline_ms == LINES_NOW + 30000 && p->opened_height == 101 &&
           strcmp(p->class_name, "routine") == 0 && seat(m, 1)->ballots == 1,
       "proposal.opened and ballot.recorded");
    (void)say_event(m, LINES_NOW, "ballot.recorded", "'proposal':'%s','seat':1,'name':'s1'",
                    own);
    ok(open_one(m)->committed == 3 && seat(m, 1)->ballots == 1, "twice is once");
    const char *ids = asked(m);
    ok(strncmp(ids, "ballots.", 8) == 0, "the threshold of a new class is asked for: %s",
       ids);
    struct scene frozen;
    scene_copy(&frozen, s);
    (void)say_event(m, LINES_NOW, "proposal.opening",
                    "'proposal':'%s','committed':3,'height':102,'time_ms':%" PRIu64
                    ",'reveal_deadline_ms':%" PRIu64,
                    own, LINES_NOW + 500, LINES_NOW + 20000);
    ok(open_one(m)->phase == UI_OPENING &&
           open_one(m)->reveal_deadline_ms == LINES_NOW + 20000,
       "proposal.opening");
    (void)say_event(m, LINES_NOW, "ballot.late", "'proposal':'%s','seat':4,'name':'s4'",
                    own);
    (void)say_event(m, LINES_NOW, "operation.void",
                    "'proposal':'%s','seat':2,'name':'s2','kind':'reveal',"
                    "'verdict':'bad-opening'",
                    own);
    (void)say_event(m, LINES_NOW, "ballot.revealed",
                    "'proposal':'%s','seat':1,'name':'s1','choice':'approve',"
                    "'confidence':80,'rationale':'because'",
                    own);
    ok(codes_are(open_one(m), "Yxcl") && open_one(m)->confidence[0] == 80 &&
           open_one(m)->approve == 1 && open_one(m)->revealed == 1 &&
           seat(m, 1)->reveals == 1,
       "ballot.late, operation.void, ballot.revealed");
    (void)say_event(m, LINES_NOW, "ballot.revealed",
                    "'proposal':'%s','seat':2,'name':'s2','choice':'reject',"
                    "'confidence':101,'rationale':''",
                    own);
    ok(codes_are(open_one(m), "YNcl") && open_one(m)->confidence[1] == CONFIDENCE_UNKNOWN,
       "a REVEAL that did not fit was not the seat's own");
    (void)say_event(m, LINES_NOW, "proposal.decided",
                    "'proposal':'%s','outcome':'rejected','reason':'deadline','approve':1,"
                    "'reject':1,'abstain':0,'height':103,'time_ms':%" PRIu64,
                    own, LINES_NOW + 600);
    ok(open_one(m)->phase == UI_DECIDED && !open_one(m)->approved &&
           strcmp(open_one(m)->reason, "deadline") == 0,
       "proposal.decided");
    (void)say_event(m, LINES_NOW + 5, "proposal.final",
                    "'proposal':'%s','height':103,'time_ms':%" PRIu64 ",%s", own,
                    LINES_NOW + 600, record_text(0, 4, "YNwl"));
    ok(s->open_count == 0 && s->final_count == 1 && codes_are(s->final[0], "YNwl") &&
           s->final[0]->phase == UI_FINAL && s->final[0]->record == 0 &&
           s->final[0]->threshold == 3 && s->final[0]->reveal_blocks[0] == 2 &&
           s->final[0]->ballot_blocks[2] == BLOCKS_UNKNOWN && s->final_total == 1 &&
           s->order.decisions == 1,
       "proposal.final");
    ok(seat(m, 1)->against_outcome == 1 && seat(m, 2)->with_outcome == 1 &&
           seat(m, 3)->withheld == 1 && seat(m, 4)->late == 1,
       "and the totals that follow from it");
    ok(seat(m, 1)->streak == 1 && seat(m, 2)->streak == 0 && seat(m, 3)->streak == 1 &&
           seat(m, 4)->streak == 0,
       "and the streaks");
    ok(frozen.open_count == 1 && codes_are(frozen.open[0], "ccc.") &&
           frozen.open[0]->phase == UI_SEALED && frozen.final_count == 0,
       "a scene that was frozen stays as it was");
    (void)say_result(m, LINES_NOW + 6, "status", "%s", status_text(4, 2, 2));
    (void)say_event(m, LINES_NOW + 7, "proposal.final",
                    "'proposal':'%s','height':106,'time_ms':7,%s", id_text(1001),
                    record_text(1, 4, "YYYY"));
    ok(s->final_count == 2 && seat(m, 1)->with_outcome == 0 && s->final_total == 2,
       "a decision that the status has told of already is not counted twice");
    scene_free(&frozen);
    is((int64_t)model_nonsense(m), 0, "none of it was nonsense");
    model_free(m);
}

static void test_together(void)
{
    struct model *m = model_at_rest(4);
    char own[UI_ID_BYTES];
    memcpy(own, id_text(1000), sizeof(own));
    open_proposal(m, LINES_NOW, 0, 1);
    (void)say_event(m, LINES_NOW, "ballots",
                    "'proposal':'%s','recorded':[1,2,3],'late':[3,4],'revealed':[]", own);
    ok(codes_are(open_one(m), "cccl") && open_one(m)->committed == 3 &&
           seat(m, 1)->ballots == 1 && seat(m, 3)->ballots == 1 && seat(m, 4)->ballots == 0,
       "ballots that are told together");
    (void)say_event(m, LINES_NOW, "proposal.opening", "'proposal':'%s','committed':3", own);
    (void)say_event(m, LINES_NOW, "ballots",
                    "'proposal':'%s','recorded':[],'late':[],'revealed':"
                    "[[1,'Y',90],[2,'N',101],[3,'A',0,'more'],[1,'Y',90]]",
                    own);
    ok(codes_are(open_one(m), "YNAl") && open_one(m)->approve == 1 &&
           open_one(m)->reject == 1 && open_one(m)->abstain == 1 &&
           open_one(m)->revealed == 3 && open_one(m)->confidence[0] == 90 &&
           open_one(m)->confidence[1] == CONFIDENCE_UNKNOWN &&
           open_one(m)->confidence[2] == 0 && seat(m, 2)->reveals == 1,
       "and opened, each once");
    is((int64_t)model_nonsense(m), 0, "none of it was nonsense");
    (void)say_event(m, LINES_NOW, "ballots",
                    "'proposal':'%s','recorded':[0,5,'x',{}],'late':7,'revealed':"
                    "[[4,'YY',1],[4,'w',1],[4,''],[4],[],'Y',[9,'Y',1]]",
                    own);
    ok(codes_are(open_one(m), "YNAl") && open_one(m)->revealed == 3 &&
           model_nonsense(m) == 11,
       "what is none is left out: %d", (int)model_nonsense(m));
    (void)say_event(m, LINES_NOW, "ballots", "'proposal':'%s','recorded':[1]", id_text(5));
    (void)say_event(m, LINES_NOW, "ballots", "'recorded':{'a':1}");
    ok(model_scene(m)->open_count == 1, "nor does it open a proposal");
    model_free(m);
}

static void test_secrecy(void)
{
    struct model *m = model_at_rest(4);
    char own[UI_ID_BYTES];
    memcpy(own, id_text(1000), sizeof(own));
    open_proposal(m, LINES_NOW, 0, 3);
    (void)say_event(m, LINES_NOW, "ballot.revealed",
                    "'proposal':'%s','seat':1,'name':'s1','choice':'reject',"
                    "'confidence':80,'rationale':'because'",
                    own);
    ok(codes_are(open_one(m), "ccc.") && open_one(m)->confidence[0] == CONFIDENCE_UNKNOWN &&
           open_one(m)->revealed == 0 && model_nonsense(m) == 1,
       "a choice that is told while ballots are sealed is not kept");
    (void)say_event(m, LINES_NOW, "ballots",
                    "'proposal':'%s','recorded':[],'late':[],'revealed':[[1,'N',80]]", own);
    ok(codes_are(open_one(m), "ccc.") && open_one(m)->confidence[0] == CONFIDENCE_UNKNOWN &&
           open_one(m)->revealed == 0 && open_one(m)->reject == 0 && model_nonsense(m) == 2,
       "nor one that is told with others");
    char key[80];
    (void)snprintf(key, sizeof(key), "ballots.%s", own);
    (void)say_result(m, LINES_NOW, key,
                     "{'id':'%s','phase':'opening','threshold':3,'committed':3,"
                     "'revealed':1,'approve':0,'reject':1,'abstain':0,'outcome':null,"
                     "'sealed':{'height':102,'time_ms':1},'commit_deadline_ms':5,"
                     "'seats':[{'seat':1,'status':'revealed','choice':'reject',"
                     "'confidence':80,'rationale':null,'ballot_height':103,"
                     "'reveal_height':104},{'seat':2,'status':'committed','choice':null,"
                     "'confidence':null,'rationale':null,'ballot_height':103}]}",
                     own);
    ok(codes_are(open_one(m), "ccc.") && open_one(m)->reject == 0 &&
           open_one(m)->phase == UI_SEALED &&
           open_one(m)->confidence[0] == CONFIDENCE_UNKNOWN &&
           open_one(m)->reveal_blocks[0] == BLOCKS_UNKNOWN &&
           open_one(m)->ballot_blocks[0] == 2 && model_nonsense(m) == 4,
       "nor in an answer, whatever that says of the phase");
    (void)say_event(m, LINES_NOW, "proposal.decided",
                    "'proposal':'%s','outcome':'approved','approve':3,'reject':0,"
                    "'abstain':0",
                    own);
    ok(!open_one(m)->approved && open_one(m)->approve == 0 && model_nonsense(m) == 5,
       "nor as a tally");
    (void)say_event(m, LINES_NOW, "proposal.decided",
                    "'proposal':'%s','outcome':'rejected','reason':'threshold-unreachable',"
                    "'approve':0,'reject':0,'abstain':0",
                    own);
    ok(open_one(m)->phase == UI_SEALED && model_nonsense(m) == 5,
       "one that is lost before it is opened stays sealed");
    (void)say_event(m, LINES_NOW, "proposal.opening", "'proposal':'%s','committed':3", own);
    ok(open_one(m)->phase == UI_DECIDED, "until it is opened");
    (void)model_line(m, LINES_NOW, slice_of_string("{}"));
    (void)say_result(
        m, LINES_NOW, "subscribe",
        "{'seq':9,'status':%s,'open':[{'id':'%s','class':'routine','title':'x',"
        "'phase':'sealed','outcome':null,'threshold':3,'approve':2,'reject':0,"
        "'abstain':0,'committed':2,'revealed':2,'opened_height':90,"
        "'opened_ms':9,'proposer':1}]}",
        status_text(4, 2, 0), id_text(77));
    ok(open_one(m)->approve == 0 && open_one(m)->revealed == 0 && model_nonsense(m) == 7,
       "nor in a summary");
    model_free(m);
}

static void test_attached_in_the_middle(void)
{
    struct model *m = model_new();
    char own[UI_ID_BYTES], key[80];
    memcpy(own, id_text(1000), sizeof(own));
    (void)snprintf(key, sizeof(key), "ballots.%s ", own);
    model_connected(m, LINES_NOW);
    (void)asked(m);
    (void)say_result(m, LINES_NOW, "subscribe",
                     "{'seq':9,'status':%s,'open':[{'id':'%s','class':'routine',"
                     "'title':'new','phase':'sealed','outcome':null,'threshold':3,"
                     "'approve':0,'reject':0,'abstain':0,'committed':0,'revealed':0,"
                     "'opened_height':99,'opened_ms':99,'proposer':1},{'id':'%s',"
                     "'class':'routine','title':'old','phase':'opening','outcome':null,"
                     "'threshold':3,'approve':1,'reject':0,'abstain':0,'committed':3,"
                     "'revealed':1,'opened_height':90,'opened_ms':9,'proposer':1}]}",
                     status_text(4, 2, 5), id_text(1001), own);
    const struct scene *s = model_scene(m);
    ok(s->open_count == 2 && strcmp(s->open[0]->title, "old") == 0 &&
           codes_are(s->open[0], "????") && codes_are(s->open[1], "....") &&
           s->final_total == 5,
       "open proposals, the oldest first");
    const char *ids = asked(m);
    ok(strcmp(ids, key) == 0, "ballots that are not known are asked for: %s", ids);
    (void)say_event(m, LINES_NOW, "ballot.revealed",
                    "'proposal':'%s','seat':2,'name':'s2','choice':'abstain',"
                    "'confidence':5,'rationale':''",
                    own);
    ok(codes_are(s->open[0], "?A??") && s->open[0]->approve == 1, "an event before that");
    key[strlen(key) - 1] = '\0';
    (void)say_result(m, LINES_NOW, key,
                     "{'id':'%s','phase':'opening','threshold':3,'committed':3,"
                     "'revealed':2,'approve':1,'reject':0,'abstain':1,'outcome':null,"
                     "'sealed':{'height':95,'time_ms':1},'commit_deadline_ms':null,"
                     "'reveal_deadline_ms':77,'seats':[{'seat':1,'status':'revealed',"
                     "'choice':'approve','confidence':80,'ballot_height':92,"
                     "'reveal_height':96},{'seat':2,'status':'revealed','choice':'abstain',"
                     "'confidence':5,'ballot_height':91,'reveal_height':97},"
                     "{'seat':3,'status':'committed'},{'seat':4,'status':'not-awaited'},"
                     "{'seat':5,'status':'late'}]}",
                     own);
    ok(codes_are(s->open[0], "YAc-") && s->open[0]->ballot_blocks[0] == 2 &&
           s->open[0]->reveal_blocks[1] == 2 && s->open[0]->abstain == 1 &&
           model_nonsense(m) == 1,
       "what the answer says, but for a seat that there is not");
    (void)say_event(m, LINES_NOW, "seat.convicted", "'seat':3,'name':'s3'");
    (void)say_event(m, LINES_NOW, "seat.convicted", "'seat':1,'name':'s1'");
    ok(codes_are(s->open[0], "YAe-") && s->open[0]->equivocated[0] &&
           s->open[0]->committed == 2 && codes_are(s->open[1], "e.e."),
       "a conviction ends what is not opened");
    model_free(m);
}

int main(void)
{
    test_asking();
    test_snapshot();
    test_order_events();
    test_seat_events();
    test_decision();
    test_together();
    test_secrecy();
    test_attached_in_the_middle();
    return tap_done();
}
