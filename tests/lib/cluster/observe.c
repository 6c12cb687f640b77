/* SPDX-License-Identifier: ISC */
/* What the replicas tell goes into the trace and the counts, and to the checks. */
#include "cluster/inside.h"

static void tell_notice(struct node *n, const struct pbft_notice *x)
{
    static const char *const words[] = {
        [PBFT_NOTICE_VIEW_CHANGE] = "wants view",
        [PBFT_NOTICE_NEW_VIEW] = "enters view",
        [PBFT_NOTICE_REFUSED] = "refuses a block of view",
        [PBFT_NOTICE_DIVERGED] = "HAS DIVERGED in view",
        [PBFT_NOTICE_FORK] = "SEES A FORK in view",
        [PBFT_NOTICE_CATCHING_UP] = "catches up in view",
        [PBFT_NOTICE_LOST] = "has lost its state in view",
        [PBFT_NOTICE_RETURNED] = "takes part again, above view",
    };
    static const char *const marks[] = {
        [PBFT_NOTICE_VIEW_CHANGE] = "view left",
        [PBFT_NOTICE_NEW_VIEW] = "view entered",
        [PBFT_NOTICE_REFUSED] = "block refused",
        [PBFT_NOTICE_DIVERGED] = "diverged",
        [PBFT_NOTICE_FORK] = "fork seen",
        [PBFT_NOTICE_CATCHING_UP] = "range asked for",
        [PBFT_NOTICE_LOST] = "state lost",
        [PBFT_NOTICE_RETURNED] = "state returned",
    };
    n->c->counts.notices[x->kind]++;
    if (x->kind == PBFT_NOTICE_NEW_VIEW) {
        n->entered++;
        if (n->entered > n->c->counts.view_changes) {
            n->c->counts.view_changes = n->entered;
        }
    }
    bool has_cause = x->cause != PBFT_CAUSE_NONE;
    cluster_note(n->c, TRACE_STORY, "%u: %s %llu at height %llu%s%s", n->number,
                 words[x->kind], (unsigned long long)x->view, (unsigned long long)x->height,
                 has_cause ? ", " : "", has_cause ? pbft_cause_name(x->cause) : "");
    cluster_mark(n->c, "%s%s%s", marks[x->kind], has_cause ? ": " : "",
                 has_cause ? pbft_cause_name(x->cause) : "");
    if (x->kind == PBFT_NOTICE_RETURNED) {
        n->excused = n->excused && n->c->someone_runs_twice;
    }
    bool lies = x->cause == PBFT_CAUSE_OWN_STATEMENT || x->cause == PBFT_CAUSE_OWN_BALLOT;
    if (x->kind == PBFT_NOTICE_LOST && lies && !n->put_back && !n->faulty) {
        check_fail(n->c, "seat %u takes a good store for a lost one", n->seat);
    }
    if ((x->kind == PBFT_NOTICE_DIVERGED || x->kind == PBFT_NOTICE_FORK) && !n->faulty) {
        check_fail(n->c, "seat %u stopped: %s %llu, height %llu", n->seat, words[x->kind],
                   (unsigned long long)x->view, (unsigned long long)x->height);
    }
}

static void on_action(void *context, const struct pbft_action *a)
{
    struct node *n = context;
    switch (a->kind) {
    case PBFT_NOTICE:
        tell_notice(n, &a->notice);
        break;
    case PBFT_SIGN:
        check_signed(n, &a->message);
        break;
    case PBFT_STORE_BEST:
    case PBFT_CERTIFY:
        check_certificate(n, a->certificate);
        break;
    case PBFT_SEND:
    case PBFT_STORE_CANDIDATE:
    case PBFT_STORE_NEW_VIEW:
    case PBFT_STORE_STANDING:
    case PBFT_COMMIT:
        break;
    }
}

static void note_council_event(struct node *n, const struct block *b,
                               const struct council_event *e)
{
    struct proposal_note *p = cluster_proposal(n->c, &e->proposal);
    if (p == NULL || n->faulty) {
        return;
    }
    if (e->kind == COUNCIL_SEALED) {
        p->sealed_ended = true;
        watch_sealed_ended(n->c, &p->id);
    } else if (e->kind == COUNCIL_VOID && e->operation == OPERATION_PROPOSE &&
               e->verdict == VERDICT_QUOTA) {
        p->voided = true;
    } else if (e->kind == COUNCIL_FINAL && !p->final) {
        p->final = true;
        p->record = *e->record;
        cluster_note(
            n->c, TRACE_STORY, "%u: proposal %u %s%s%s %u:%u at height %llu", n->number,
            (unsigned)(p - n->c->proposals), outcome_name(e->record->outcome),
            e->record->reason == REASON_NONE ? "" : " ", reason_name(e->record->reason),
            e->record->approve, e->record->reject, (unsigned long long)b->header.height);
    }
}

static void on_executed(void *context, struct block *b, const struct council_result *r)
{
    struct node *n = context;
    for (size_t i = 0; i < r->event_count; i++) {
        note_council_event(n, b, &r->events[i]);
    }
    check_committed(n, b, &r->state_root);
    said_committed(n, b);
    watch_executed(n, r->events, r->event_count);
}

static void on_received(void *context, uint16_t seat, const struct message *m)
{
    (void)seat;
    watch_received(context, m);
}

static void on_ballot_drawn(void *context, const struct own_ballot *b)
{
    watch_nonce(context, b);
}

static void on_accused(void *context, uint16_t seat, enum evidence_kind kind)
{
    struct node *n = context;
    cluster_note(n->c, TRACE_STORY, "%u: accuses %u of kind %d", n->number, seat, kind);
    cluster_mark(n->c, "evidence of kind %d", kind);
}

static void on_stepped(void *context)
{
    check_stepped(context);
}

static void on_closing(void *context)
{
    struct node *n = context;
    watch_queues(n);
    if (disk_fault(n->ledger) != NULL && !n->faulty) {
        check_fail(n->c, "seat %u %s", n->seat, disk_fault(n->ledger));
    }
}

struct replica_observer observe_node(struct node *n)
{
    return (struct replica_observer){.context = n,
                                     .action = on_action,
                                     .executed = on_executed,
                                     .received = on_received,
                                     .ballot_drawn = on_ballot_drawn,
                                     .accused = on_accused,
                                     .stepped = on_stepped,
                                     .closing = on_closing};
}
