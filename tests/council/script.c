/* SPDX-License-Identifier: ISC */
/*
 * A line is "TIME: words; words; ...". TIME is in milliseconds since the charter; before
 * the colon may also stand "view V" and "executed H" of the header. The words:
 *   propose P SEAT [emergency]        ballot P SEATS CHOICE [again]
 *   reveal P SEATS                    forge P SEATS (a REVEAL that opens nothing)
 *   evidence SEATS                    return SEAT VIEW
 * P is a letter; SEATS is like 1..22,30; `again` makes another commitment. A reveal opens
 * what the seat's first ballot committed.
 *
 * A trace is "event; event; ... | next deadline", with "| cover H" and "| rotate" where
 * they apply. Seats of neighbouring equal events are drawn together.
 */
#include "script.h"

#include "hash/hash.h"
#include "hash/merkle.h"
#include "wire/shared.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- seats as text --- */

struct seats {
    bool in[SEATS_MAX + 1];
};

static struct seats parse_seats(const char *text)
{
    struct seats seats = {{false}};
    while (*text != '\0') {
        char *end;
        unsigned long first = strtoul(text, &end, 10), last = first;
        if (strncmp(end, "..", 2) == 0) {
            last = strtoul(end + 2, &end, 10);
        }
        assert(first >= 1 && last <= SEATS_MAX);
        for (unsigned long i = first; i <= last; i++) {
            seats.in[i] = true;
        }
        text = *end == ',' ? end + 1 : end;
        assert(*end == ',' || *end == '\0');
    }
    return seats;
}

static void say(struct script *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct script *s, const char *format, ...)
{
    size_t used = strlen(s->trace);
    va_list args;
    va_start(args, format);
    vsnprintf(s->trace + used, sizeof s->trace - used, format, args);
    va_end(args);
}

static void say_seats(struct script *s, const struct seats *seats)
{
    const char *separator = " ";
    for (unsigned i = 1; i <= SEATS_MAX; i++) {
        unsigned last = i;
        if (!seats->in[i]) {
            continue;
        }
        while (last < SEATS_MAX && seats->in[last + 1]) {
            last++;
        }
        say(s, last > i ? "%s%u..%u" : "%s%u", separator, i, last);
        separator = ",";
        i = last;
    }
}

/* --- from words to operations --- */

static enum choice parse_choice(const char *word)
{
    if (strcmp(word, "approve") == 0) {
        return CHOICE_APPROVE;
    }
    return strcmp(word, "reject") == 0 ? CHOICE_REJECT : CHOICE_ABSTAIN;
}

static void add_propose(struct script *s, struct batch *out, char *const *word, int words)
{
    struct buffer *op = batch_next(out);
    struct council *scratch = council_new(&s->rules);
    uint32_t class_index = words > 3 ? 1 : 0;
    build_propose(op, (uint16_t)atoi(word[2]), class_index, word[1]);
    /* Its id is whatever a fresh council calls it. */
    struct envelope *e = build_envelope(buffer_slice(op));
    struct header header = {.version = PROTOCOL_VERSION, .height = 1};
    struct block *b = hash_build_block(&header, &e, 1);
    struct council_result result;
    council_apply(scratch, b, &result);
    s->ids[word[1][0] - 'A'] = result.events[0].proposal;
    block_unref(b);
    envelope_unref(e);
    council_free(scratch);
}

static void add_ballot(struct script *s, struct batch *out, char *const *word, int words,
                       uint16_t seat)
{
    int name = word[1][0] - 'A';
    enum choice choice = parse_choice(word[3]);
    unsigned variant = words > 4 ? 1 : 0;
    if (!s->secrets[name][seat - 1].set) {
        s->secrets[name][seat - 1].set = true;
        s->secrets[name][seat - 1].choice = choice;
        s->secrets[name][seat - 1].variant = variant;
    }
    build_commit(batch_next(out), &s->rules, seat, &s->ids[name], choice, variant);
}

static void add_operation(struct script *s, struct batch *out, char *const *word, int words,
                          uint16_t seat)
{
    int name = word[1][0] - 'A';
    if (strcmp(word[0], "ballot") == 0) {
        add_ballot(s, out, word, words, seat);
    } else if (strcmp(word[0], "reveal") == 0) {
        build_reveal(batch_next(out), seat, &s->ids[name],
                     s->secrets[name][seat - 1].choice, s->secrets[name][seat - 1].variant);
    } else if (strcmp(word[0], "forge") == 0) {
        build_reveal(batch_next(out), seat, &s->ids[name], CHOICE_APPROVE, 99);
    } else if (strcmp(word[0], "evidence") == 0) {
        build_evidence(batch_next(out), seat);
    } else {
        assert(strcmp(word[0], "return") == 0);
        build_return(batch_next(out), seat, strtoull(word[2], NULL, 10));
    }
}

void script_operations(struct script *s, const char *operations, struct batch *out)
{
    char copy[1024], *rest = copy, *clause;
    assert(strlen(operations) < sizeof copy);
    strcpy(copy, operations);
    while ((clause = strsep(&rest, ";")) != NULL) {
        char *word[8], *inner = NULL;
        int words = 0;
        for (char *w = strtok_r(clause, " ", &inner); w != NULL && words < 8;
             w = strtok_r(NULL, " ", &inner)) {
            word[words++] = w;
        }
        if (words == 0) {
            continue;
        }
        if (strcmp(word[0], "propose") == 0) {
            add_propose(s, out, word, words);
            continue;
        }
        bool seat_first =
            strcmp(word[0], "evidence") == 0 || strcmp(word[0], "return") == 0;
        assert(words > (seat_first ? 1 : 2));
        struct seats seats = parse_seats(word[seat_first ? 1 : 2]);
        for (uint16_t seat = 1; seat <= SEATS_MAX; seat++) {
            if (seats.in[seat]) {
                add_operation(s, out, word, words, seat);
            }
        }
    }
}

/* --- from events to a trace --- */

static char name_of(const struct script *s, const struct hash *id)
{
    for (int i = 0; i < NAMES; i++) {
        if (hash_equal(&s->ids[i], id)) {
            return (char)('A' + i);
        }
    }
    return '-';
}

static bool same_but_seat(const struct council_event *a, const struct council_event *b)
{
    if (a->kind != b->kind || !hash_equal(&a->proposal, &b->proposal)) {
        return false;
    }
    return a->kind != COUNCIL_VOID ||
           (a->verdict == b->verdict && a->operation == b->operation &&
            a->opens == b->opens);
}

static const char *operation_word(enum operation_kind kind)
{
    switch (kind) {
    case OPERATION_PROPOSE:
        return "propose";
    case OPERATION_BALLOT:
        return "ballot";
    case OPERATION_REVEAL:
        return "reveal";
    case OPERATION_EVIDENCE:
        return "evidence";
    case OPERATION_RETURN:
        return "return";
    }
    return "?";
}

static void say_record(struct script *s, const struct record *r)
{
    say(s, "final %c %s%s%s %u-%u-%u", name_of(s, &r->proposal), outcome_name(r->outcome),
        r->reason != REASON_NONE ? " " : "", reason_name(r->reason), r->approve, r->reject,
        r->abstain);
    for (unsigned status = STATUS_EXPELLED; status <= STATUS_NOT_AWAITED; status++) {
        struct seats seats = {{false}};
        bool any = false;
        for (unsigned i = 0; i < r->seat_count; i++) {
            seats.in[i + 1] = r->seats[i].status == status;
            any = any || seats.in[i + 1];
        }
        if (any) {
            say(s, ", %s", seat_status_name((enum seat_status)status));
            say_seats(s, &seats);
        }
    }
}

/* One event, or the first of a run with the run's seats. */
static void say_event(struct script *s, const struct council_event *e,
                      const struct seats *seats)
{
    char name = name_of(s, &e->proposal);
    const struct proposal *p = council_find(s->council, &e->proposal);
    switch (e->kind) {
    case COUNCIL_OPENED:
        say(s, "open %c by", name);
        say_seats(s, seats);
        break;
    case COUNCIL_BALLOT:
        say(s, "ballot %c", name);
        say_seats(s, seats);
        break;
    case COUNCIL_LATE:
        say(s, "late %c", name);
        say_seats(s, seats);
        break;
    case COUNCIL_SEALED:
        say(s, "sealed %c", name);
        break;
    case COUNCIL_REVEALED:
        say(s, "reveal %c", name);
        say_seats(s, seats);
        break;
    case COUNCIL_DECIDED:
        say(s, "decided %c %s%s%s", name, outcome_name(p->outcome),
            p->reason != REASON_NONE ? " " : "", reason_name(p->reason));
        break;
    case COUNCIL_FINAL:
        say_record(s, e->record);
        break;
    case COUNCIL_CONVICTED:
        say(s, "convicted");
        say_seats(s, seats);
        break;
    case COUNCIL_EPOCH:
        say(s, "epoch %u", (unsigned)e->number);
        for (uint16_t seat = 1; seat <= s->rules.seats; seat++) {
            if (council_is_suspended(s->council, seat)) {
                say(s, " %u", seat);
            }
        }
        break;
    case COUNCIL_VOID:
        say(s, "void %s", operation_word(e->operation));
        say_seats(s, seats);
        say(s, " %s%s", verdict_name(e->verdict), e->opens ? " that opens" : "");
        break;
    }
}

static void say_result(struct script *s, const struct council_result *r)
{
    s->trace[0] = '\0';
    for (size_t i = 0; i < r->event_count;) {
        struct seats seats = {{false}};
        size_t next = i;
        for (; next < r->event_count && same_but_seat(&r->events[i], &r->events[next]);
             next++) {
            if (r->events[next].seat != 0) {
                seats.in[r->events[next].seat] = true;
            }
        }
        say(s, i > 0 ? "; " : "");
        say_event(s, &r->events[i], &seats);
        i = next;
    }
    if (r->next_deadline_ms == UINT64_MAX) {
        say(s, " | never");
    } else if (r->next_deadline_ms == 0) {
        say(s, " | now");
    } else {
        say(s, " | %llu", (unsigned long long)(r->next_deadline_ms - s->rules.created_ms));
    }
    if (r->cover_height != 0) {
        say(s, " | cover %llu", (unsigned long long)r->cover_height);
    }
    if (r->rotate) {
        say(s, " | rotate");
    }
}

/* --- running --- */

void script_begin(struct script *s, const struct council_rules *rules)
{
    memset(s, 0, sizeof *s);
    s->rules = *rules;
    s->council = council_new(rules);
    s->packing = PACKING_JOINED;
    for (int i = 0; i < NAMES; i++) {
        memset(s->ids[i].bytes, 'A' + i, HASH_BYTES);
    }
}

void script_block(struct script *s, const char *line)
{
    const char *colon = strchr(line, ':');
    struct header header = {.height = ++s->height};
    struct batch batch = {0};
    struct council_result result;
    assert(colon != NULL);
    header.time_ms = s->rules.created_ms + strtoull(line, NULL, 10);
    const char *view = strstr(line, "view "), *executed = strstr(line, "executed ");
    header.view = view != NULL && view < colon ? strtoull(view + 5, NULL, 10) : 0;
    header.executed_height =
        executed != NULL && executed < colon ? strtoull(executed + 9, NULL, 10) : 0;
    script_operations(s, colon + 1, &batch);
    struct block *b = batch_build(&batch, header, s->packing);
    council_apply(s->council, b, &result);
    s->state_root = result.state_root;
    for (size_t i = 0; i < result.event_count; i++) {
        if (result.events[i].kind == COUNCIL_FINAL) {
            assert(s->leaf_count < sizeof s->leaves / sizeof *s->leaves);
            s->leaves[s->leaf_count++] = merkle_leaf(result.events[i].record_encoding);
        }
    }
    say_result(s, &result);
    block_unref(b);
}

void script_end(struct script *s)
{
    council_free(s->council);
    s->council = NULL;
}

bool script_tell(const struct story *story)
{
    static struct script s;
    struct council_rules rules = build_rules(story->seats);
    bool as_told = true;
    if (story->open_proposals != 0) {
        rules.open_proposals = story->open_proposals;
    }
    if (story->epoch_decisions != 0) {
        rules.epoch_decisions = story->epoch_decisions;
    }
    script_begin(&s, &rules);
    for (const struct line *l = story->lines; l->block != NULL; l++) {
        script_block(&s, l->block);
        if (strcmp(s.trace, l->expect) != 0) {
            printf("#   %s\n#     expected %s\n#     got      %s\n", l->block, l->expect,
                   s.trace);
            as_told = false;
        }
    }
    script_end(&s);
    return as_told;
}
