/* SPDX-License-Identifier: ISC */
#include "model_lines.h"

#include "base/alloc.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 256 * 1024 };

static int give(struct model *m, uint64_t now_ms, char *text)
{
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '\'' ? '"' : *c;
    }
    return model_line(m, now_ms, slice_of_string(text));
}

static int give_inside(struct model *m, uint64_t now_ms, const char *head,
                       const char *format, va_list args, const char *tail)
{
    char *text = alloc(TEXT_BYTES);
    int size = snprintf(text, TEXT_BYTES, "%s", head);
    size += vsnprintf(text + size, TEXT_BYTES - (size_t)size, format, args);
    if ((size_t)size + strlen(tail) >= TEXT_BYTES) {
        abort();
    }
    memcpy(text + size, tail, strlen(tail) + 1);
    int error = give(m, now_ms, text);
    free(text);
    return error;
}

int say(struct model *m, uint64_t now_ms, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int error = give_inside(m, now_ms, "", format, args, "");
    va_end(args);
    return error;
}

int say_event(struct model *m, uint64_t now_ms, const char *name, const char *format, ...)
{
    static uint64_t seq;
    char head[160];
    va_list args;
    (void)snprintf(head, sizeof(head),
                   "{'jsonrpc':'2.0','method':'event','params':{'seq':%" PRIu64
                   ",'event':'%s'%s",
                   ++seq, name, format[0] != '\0' ? "," : "");
    va_start(args, format);
    int error = give_inside(m, now_ms, head, format, args, "}}");
    va_end(args);
    return error;
}

int say_result(struct model *m, uint64_t now_ms, const char *id, const char *format, ...)
{
    char head[160];
    va_list args;
    (void)snprintf(head, sizeof(head), "{'jsonrpc':'2.0','id':'%s','result':", id);
    va_start(args, format);
    int error = give_inside(m, now_ms, head, format, args, "}");
    va_end(args);
    return error;
}

const char *asked_lines(struct model *m)
{
    static struct buffer out;
    out.size = 0;
    while (model_next_request(m, &out)) {
    }
    buffer_append(&out, "", 1);
    out.size--;
    return (const char *)out.data;
}

const char *asked(struct model *m)
{
    static char ids[8192];
    const char *lines = asked_lines(m), *at = lines;
    size_t size = 0;
    ids[0] = '\0';
    while ((at = strstr(at, "\"id\":\"")) != NULL) {
        const char *id = at + 6;
        size_t length = strcspn(id, "\"");
        bool first = at == lines || at[-1] == ',';
        if (first && size + length + 2 < sizeof(ids) &&
            strncmp(id + length, "\",\"method\"", 10) == 0) {
            memcpy(ids + size, id, length);
            size += length;
            ids[size++] = ' ';
            ids[size] = '\0';
        }
        at = id + length;
    }
    return ids;
}

const char *status_text(unsigned seats, unsigned own, uint64_t decisions)
{
    static char text[4096];
    (void)snprintf(
        text, sizeof(text),
        "{'council':'council-a','council_id':'%s','version':'1.0','protocol':1,'seat':%u,"
        "'name':'s%u','seats':%u,'f':1,'quorum':3,'role':'operate','heartbeat_ms':1000,"
        "'dead_peer_ms':8000,'started_ms':1773490000000,'view':4,'changing':false,"
        "'primary':1,'primary_name':'s1','height':100,'tip':'%s','executed':100,"
        "'request_timer_ms':2000,'timer_expires_in_ms':null,'failed_views':0,"
        "'commit_latency_ms':12,'waiting_envelopes':3,'waiting_bytes':900,"
        "'time_ms':1773496926000,'state_root':'%s','epoch':2,'epoch_left':7,"
        "'decisions':%" PRIu64 ",'open':0,'expelled':[],'suspended':[],"
        "'store_bytes':123456,'free_disk_bytes':99999999,'connected':%u,'strangers':0,"
        "'agents':1,'stopped':false,'halted':false,'standing':{'state':'sound',"
        "'have':null,'need':null,'missing':[],'above_view':null},'pending':[],"
        "'stalled':false,'waiting_ms':null,'flags':{'new':0,'acknowledged':0,'worst':null},"
        "'awaiting':{'what':'nothing','next':null,'text':'nothing: no proposal is open',"
        "'able':%u,'unable':[],'reachable':true}}",
        id_text(1), own, own, seats, id_text(2), id_text(3), decisions, seats - 1, seats);
    return text;
}

/* A comma-separated list of the same for each seat. */
static void put_each(char *out, size_t size, unsigned seats, const char *choices,
                     unsigned number)
{
    size_t at = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < seats; i++) {
        bool told = strchr("YNA", choices[i]) != NULL;
        at += (size_t)snprintf(out + at, size - at, told ? "%s%u" : "%snull",
                               i > 0 ? "," : "", number + i % 7);
    }
}

const char *record_text(uint64_t record, unsigned seats, const char *choices)
{
    static char text[8192];
    char confidence[1024], ballots[1024], reveals[1024];
    unsigned approve = 0, reject = 0, abstain = 0;
    for (unsigned i = 0; i < seats; i++) {
        approve += choices[i] == 'Y';
        reject += choices[i] == 'N';
        abstain += choices[i] == 'A';
    }
    bool approved = approve > reject;
    put_each(confidence, sizeof(confidence), seats, choices, 60);
    put_each(ballots, sizeof(ballots), seats, choices, 1);
    put_each(reveals, sizeof(reveals), seats, choices, 2);
    (void)snprintf(
        text, sizeof(text),
        "'record':%" PRIu64 ",'id':'%s','class':'routine','title':'Decision %" PRIu64
        " of the council','outcome':'%s','reason':%s,'threshold':3,"
        "'approve':%u,'reject':%u,'abstain':%u,'proposer':1,"
        "'proposer_name':'s1','opened_height':%" PRIu64 ",'opened_ms':%" PRIu64
        ",'final_height':%" PRIu64 ",'final_ms':%" PRIu64
        ",'choices':'%.*s','confidence':[%s],'ballot_blocks':[%s],"
        "'reveal_blocks':[%s]",
        record, id_text(1000 + record), record, approved ? "approved" : "rejected",
        approved ? "null" : "'threshold-unreachable'", approve, reject, abstain,
        101 + 3 * record, LINES_NOW + 1000 * record, 103 + 3 * record,
        LINES_NOW + 1000 * record + 600, (int)seats, choices, confidence, ballots, reveals);
    return text;
}

const char *id_text(uint64_t number)
{
    static char ids[8][UI_ID_BYTES];
    static unsigned next;
    char *id = ids[next++ % 8];
    (void)snprintf(id, UI_ID_BYTES, "%016" PRIx64 "%048d", number, 0);
    return id;
}

static void say_seats(struct model *m, unsigned seats)
{
    struct buffer rows = {NULL, 0, 0};
    for (unsigned i = 1; i <= seats; i++) {
        char row[1024];
        int size = snprintf(
            row, sizeof(row),
            "%s{'seat':%u,'name':'s%u','self':%s,'primary':%s,'jurisdiction':'j%u',"
            "'speciality':'law','vendor':'v','model_family':'f','address':'127.0.0.1:%u',"
            "'key':'00','connected':true,'view':4,'height':100,'heard_ms_ago':200,"
            "'round_trip_ms':3,'clock_offset_ms':-1,'version':'1.0','instance':'00',"
            "'flags':[],'bytes_in':10,'bytes_out':20,'bad_frames':0,'expelled':false,"
            "'suspended':false,'expelled_height':null,'expelled_for':null,"
            "'suspended_until_epoch':null,'totals':{'ballots':0,'reveals':0,'late':0,"
            "'missed':0,'withheld':0,'with_outcome':0,'against_outcome':0,'abstained':0}}",
            i > 1 ? "," : "", i, i, i == 2 ? "true" : "false", i == 1 ? "true" : "false", i,
            7000 + i);
        buffer_append(&rows, row, (size_t)size);
    }
    buffer_append(&rows, "", 1);
    (void)say_result(m, LINES_NOW, "seats", "[%s]", (const char *)rows.data);
    buffer_free(&rows);
}

struct model *model_at_rest(unsigned seats)
{
    struct model *m = model_new();
    model_connected(m, LINES_NOW);
    (void)asked(m);
    (void)say_result(m, LINES_NOW, "subscribe", "{'seq':10,'status':%s,'open':[]}",
                     status_text(seats, 2, 0));
    say_seats(m, seats);
    (void)say_result(
        m, LINES_NOW, "votes",
        "{'view':4,'height':100,'primary':1,'primary_name':'s1','phase':'idle',"
        "'committed':true,'since_ms':5000,'prepared_ms':11,'committed_ms':30,"
        "'pre_prepares':[1,2],'prepares':[1,2,3],'commits':[2,3],'pipeline':[],"
        "'view_changes':[],'latencies':[[99,null,null],[100,11,30]]}");
    (void)say_result(m, LINES_NOW, "heartbeats",
                     "{'interval_ms':1000,'timeout_ms':8000,'slot':500,'slots':60,'seats':["
                     "{'seat':1,'name':'s1','gaps':[1000,null,7999,9000]},"
                     "{'seat':2,'name':'s2','gaps':[0,0,0,0]}]}");
    (void)say_result(m, LINES_NOW, "flags",
                     "{'flags':[],'next':null,'new':0,'acknowledged':0,'cleared':0}");
    (void)say_result(m, LINES_NOW, "records", "{'records':[],'final':0,'next':null}");
    (void)say_result(m, LINES_NOW, "log", "{'lines':[],'next':null}");
    (void)say_result(m, LINES_NOW, "blocks", "{'blocks':[],'height':100,'next':null}");
    return m;
}

void open_proposal(struct model *m, uint64_t now_ms, uint64_t number, unsigned ballots)
{
    (void)say_event(m, now_ms, "proposal.opened",
                    "'id':'%s','class':'routine','title':'Decision %" PRIu64
                    "','proposer':1,'proposer_name':'s1','height':%u,'time_ms':%" PRIu64
                    ",'commit_deadline_ms':%" PRIu64,
                    id_text(1000 + number), number, 101, now_ms, now_ms + 30000);
    for (unsigned i = 1; i <= ballots; i++) {
        (void)say_event(m, now_ms, "ballot.recorded",
                        "'proposal':'%s','seat':%u,'name':'s%u'", id_text(1000 + number), i,
                        i);
    }
}
