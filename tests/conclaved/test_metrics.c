/* SPDX-License-Identifier: ISC */
/* The method metrics: what was counted is told, in families that make good OpenMetrics. */
#include "ask.h"

#include "conclaved/flagging.h"
#include "exporter/openmetrics.h"
#include "openmetrics_check.h"

/* What the node answers now, as text that was read again. */
static struct exposition *scrape(void)
{
    char why[EXPOSITION_WHY_BYTES];
    struct buffer text = {NULL, 0, 0};
    json_t *a = ask("metrics", NULL);
    struct openmetrics_source source = {at(a, "result.families"), NULL};
    openmetrics_write(&text, &source, 1);
    buffer_append(&text, "", 1);
    struct exposition *e = exposition_read((const char *)text.data, why);
    if (e == NULL) {
        printf("Bail out! no OpenMetrics: %s\n", why);
        exit(1);
    }
    ok(e->family_count == json_array_size(at(a, "result.families")),
       "%zu families, each of them is good", e->family_count);
    json_decref(a);
    buffer_free(&text);
    return e;
}

static void has(const struct exposition *e, const char *name, const char *labels,
                double expected)
{
    double value = -1;
    bool found = exposition_value(e, name, labels, &value);
    if (!ok(found && value == expected, "%s{%s} is %g", name, labels, expected)) {
        printf("#   %s %g\n", found ? "it is" : "there is none", value);
    }
}

static void test_state(void)
{
    struct exposition *e = scrape();
    has(e, "conclave_seats", "", 4);
    has(e, "conclave_quorum_seats", "", 3);
    has(e, "conclave_able_seats", "", 4);
    has(e, "conclave_height", "", HAND_HEIGHT);
    has(e, "conclave_open_proposals", "", 1);
    has(e, "conclave_final_proposals", "", 2);
    has(e, "conclave_checkpoint_decisions", "", 0);
    has(e, "conclave_checkpoint_signatures", "", 0);
    has(e, "conclave_strangers_total", "", 7);
    has(e, "conclave_peer_connected", "seat=\"2\"", 1);
    has(e, "conclave_peer_received_bytes_total", "seat=\"3\"", 300);
    has(e, "conclave_peer_bad_frames_total", "seat=\"4\"", 4);
    double value;
    ok(!exposition_value(e, "conclave_peer_connected", "seat=\"1\"", &value),
       "this seat is no peer");
    has(e, "conclave_ballots_total", "seat=\"1\",kind=\"recorded\"", 3);
    has(e, "conclave_ballots_total", "seat=\"4\",kind=\"revealed\"", 2);
    has(e, "conclave_ballots_total", "seat=\"4\",kind=\"missed\"", 0);
    has(e, "conclave_seat_expelled", "seat=\"2\"", 0);
    has(e, "conclave_stalled", "", 0);
    has(e, "conclave_stopped", "", 0);
    has(e, "conclave_control_clients", "", 1);
    has(e, "conclave_committed_seconds_count", "", 0);
    ok(exposition_sum(e, "conclave_store_entries", "table=\"blocks\"") == HAND_HEIGHT,
       "the store's blocks are counted");
    ok(exposition_sum(e, "conclave_process_open_fds", "") > 3 &&
           exposition_sum(e, "conclave_process_resident_memory_bytes", "") > 1e5 &&
           exposition_sum(e, "conclave_process_cpu_seconds_total", "") > 0,
       "the process is measured");
    exposition_free(e);
}

static void count_order(struct metrics *m)
{
    struct pbft_notice x = {.kind = PBFT_NOTICE_VIEW_CHANGE, .cause = PBFT_CAUSE_TIMEOUT};
    struct round_times t = {.height = 10, .prepared_ms = 2, .committed_ms = 4};
    metrics_notice(m, &x);
    metrics_notice(m, &x);
    x.cause = PBFT_CAUSE_OWN_BALLOT; /* none of the usual ones */
    metrics_notice(m, &x);
    x.kind = PBFT_NOTICE_NEW_VIEW;
    metrics_notice(m, &x);
    x.kind = PBFT_NOTICE_REFUSED;
    x.cause = PBFT_CAUSE_TIME;
    metrics_notice(m, &x);
    x.kind = PBFT_NOTICE_CATCHING_UP;
    metrics_notice(m, &x);
    metrics_committed(m, &t);
    t.prepared_ms = ROUNDS_UNKNOWN;
    metrics_committed(m, &t);
    t.committed_ms = ROUNDS_UNKNOWN;
    metrics_committed(m, &t);
    metrics_synced(m, 1, 700);
    metrics_synced(m, 1, 700);
    metrics_synced(m, 2, 90);
}

/* A block of three operations, one of them void, that ends a proposal. */
static void count_block(struct metrics *m)
{
    struct envelope envelope = {.count = 3};
    struct block *b = alloc_zero(1, sizeof(*b) + sizeof(b->envelopes[0]));
    struct record record = {
        .outcome = OUTCOME_APPROVED, .opened = {1, 1000}, .final = {4, 1000 + 2500}};
    struct council_event events[] = {{.kind = COUNCIL_VOID, .verdict = VERDICT_QUOTA},
                                     {.kind = COUNCIL_FINAL, .record = &record}};
    struct council_result r = {.events = events, .event_count = 2};
    b->count = 1;
    b->envelopes[0] = &envelope;
    b->encoding.size = 500;
    metrics_executed(m, b, &r);
    free(b);
}

/* Two, on a disk that is full. */
static void lose_lines(void)
{
    (void)log_open("/dev/full", LOG_LEVEL_INFO, NULL);
    LOG_EVENT(LOG_LEVEL_INFO, "one");
    LOG_EVENT(LOG_LEVEL_INFO, "two");
    (void)log_open("stderr", LOG_LEVEL_INFO, NULL);
}

static void test_counted(void)
{
    struct metrics *m = &hand.node.metrics;
    count_order(m);
    count_block(m);
    m->asked = 3;
    m->answered = 1;
    m->failed = 2;
    histogram_add(&m->evaluated, 1500000);
    flagging_raise(&hand.node,
                   &(struct sighting){
                       .kind = FLAG_SILENT, .seat = 2, .is_local = true, .text = "gone"});
    lose_lines();
    struct exposition *e = scrape();
    has(e, "conclave_view_changes_total", "cause=\"timeout\"", 2);
    has(e, "conclave_view_changes_total", "cause=\"rotation\"", 0);
    has(e, "conclave_view_changes_total", "cause=\"own-ballot\"", 1);
    has(e, "conclave_views_entered_total", "", 1);
    has(e, "conclave_blocks_refused_total", "cause=\"time\"", 1);
    has(e, "conclave_catch_ups_total", "", 1);
    has(e, "conclave_prepared_seconds_count", "", 1);
    has(e, "conclave_prepared_seconds_bucket", "le=\"0.001\"", 0);
    has(e, "conclave_prepared_seconds_bucket", "le=\"0.0025\"", 1);
    has(e, "conclave_committed_seconds_count", "", 2);
    has(e, "conclave_committed_seconds_sum", "", 0.008);
    has(e, "conclave_store_sync_seconds_count", "", 2);
    has(e, "conclave_store_sync_seconds_bucket", "le=\"0.0001\"", 1);
    has(e, "conclave_blocks_total", "", 1);
    has(e, "conclave_block_bytes_total", "", 500);
    has(e, "conclave_envelopes_total", "", 1);
    has(e, "conclave_log_lines_lost_total", "", 2);
    has(e, "conclave_operations_total", "verdict=\"effect\"", 2);
    has(e, "conclave_operations_total", "verdict=\"quota\"", 1);
    ok(exposition_sum(e, "conclave_decisions_total", "outcome=\"approved\"") == 1 &&
           exposition_sum(e, "conclave_decisions_total", "outcome=\"rejected\"") == 0,
       "a decision by its outcome");
    has(e, "conclave_decision_seconds_sum", "", 2.5);
    has(e, "conclave_evaluator_questions_total", "", 3);
    has(e, "conclave_evaluator_answers_total", "result=\"failed\"", 2);
    has(e, "conclave_evaluator_seconds_sum", "", 1.5);
    has(e, "conclave_flags", "kind=\"silent\",state=\"new\"", 1);
    has(e, "conclave_flags", "kind=\"silent\",state=\"cleared\"", 0);
    exposition_free(e);
}

/* Everything at its most: a client reads lines of a megabyte at most. */
static void test_hostile_peer(void)
{
    struct peer_view *p = &hand.node.peers[1];
    p->heard = p->has_offset = true;
    p->last_beat_ms = clock_monotonic_ms();
    p->last.height = UINT64_MAX;
    p->last.view = UINT64_MAX;
    p->clock_offset_ms = INT64_MIN;
    p->round_trip_ms = UINT32_MAX;
    hand.node.metrics.evaluated.sum_us = UINT64_MAX;
    struct exposition *e = scrape();
    ok(exposition_sum(e, "conclave_peer_height", "seat=\"2\"") > 9e18,
       "whatever height a peer claims");
    ok(exposition_sum(e, "conclave_peer_clock_offset_seconds", "seat=\"2\"") < -9e15,
       "and whatever time");
    exposition_free(e);
}

int main(void)
{
    ask_begin();
    test_state();
    test_counted();
    test_hostile_peer();
    refuses("metrics", "{\"x\":1}", CONTROL_INVALID_PARAMS, "x");
    ask_end();
    return tap_done();
}
