/* SPDX-License-Identifier: ISC */
#include "page/parts.h"

#include <stdio.h>

void part_icon(struct buffer *out, const char *name)
{
    html_format(out, "<svg class=\"i\" aria-hidden=\"true\"><use href=\"#i-%s\"/></svg>",
                name);
}

const char *part_icon_of(const struct seat_record *s)
{
    if (s->status == STATUS_REVEALED) {
        return choice_name(s->choice);
    }
    return s->status == STATUS_NOT_AWAITED ? "suspended" : seat_status_name(s->status);
}

const char *part_tone_of(const struct seat_record *s)
{
    return s->status == STATUS_REVEALED ? choice_name(s->choice) : "none";
}

const char *part_word_of(const struct seat_record *s)
{
    static const char *const choices[] = {[CHOICE_REJECT] = "Reject",
                                          [CHOICE_APPROVE] = "Approve",
                                          [CHOICE_ABSTAIN] = "Abstain"};
    switch (s->status) {
    case STATUS_REVEALED:
        return choices[s->choice];
    case STATUS_EXPELLED:
        return "Expelled";
    case STATUS_WITHHELD:
        return "Withheld";
    case STATUS_LATE:
        return "Late";
    case STATUS_MISSED:
        return "Missed";
    case STATUS_NOT_AWAITED:
        return "Suspended";
    }
    return "";
}

const char *part_choice_tone(enum outcome o)
{
    return o == OUTCOME_APPROVED ? "approve" : "reject";
}

const char *part_outcome(enum outcome o)
{
    return o == OUTCOME_APPROVED ? "Approved" : "Rejected";
}

void part_class(struct buffer *out, const struct charter *c, uint32_t class_index)
{
    if (class_index < c->class_count) {
        html_name(out, c->classes[class_index].name);
    } else {
        html_format(out, "number %u", (unsigned)class_index);
    }
}

void part_program(struct buffer *out)
{
    html_put(out,
             "<h3>The program</h3>\n<p>Conclave is what councils like this one run on, "
             "and free software. Its command conclave verify is for everybody who wants to "
             "check them. Get it from your system\xe2\x80\x99s "
             "packages, or build it from its source. Any other program will do that is "
             "written from conclave-protocol(7), the manual page that says how all this "
             "is encoded and signed; you need not trust ours.</p>\n");
}

/* --- the bar --- */

struct share {
    char text[16]; /* "72.72%" */
};

static struct share share_of(uint32_t count, uint32_t seats)
{
    struct share s;
    uint64_t parts = (uint64_t)count * 10000 / seats;
    (void)snprintf(s.text, sizeof(s.text), "%u.%02u%%", (unsigned)(parts / 100),
                   (unsigned)(parts % 100));
    return s;
}

/* The number of a piece, on the wider side of the mark, which never strikes through it. */
static void write_number(struct buffer *out, const struct tally *t, uint32_t start,
                         uint32_t count)
{
    enum { NUMBER_PERCENT = 8 };
    uint32_t end = start + count, number = count;
    if (t->threshold > start && t->threshold < end) {
        if (t->threshold - start >= end - t->threshold) {
            end = t->threshold;
        } else {
            start = t->threshold;
        }
    }
    if ((end - start) * 100 >= NUMBER_PERCENT * t->seats) {
        struct share middle = share_of(start + end, 2 * t->seats);
        html_format(out,
                    "<text class=\"in\" x=\"%s\" y=\"23\" text-anchor=\"middle\">%u</text>",
                    middle.text, (unsigned)number);
    }
}

/* One choice's piece, after start seats; numbered where there is room. */
static void write_piece(struct buffer *out, const struct tally *t, const char *tone,
                        uint32_t start, uint32_t count, bool large)
{
    struct share at = share_of(start, t->seats), width = share_of(count, t->seats);
    if (count == 0) {
        return;
    }
    html_format(out, "<rect class=\"%s\" x=\"%s\" y=\"0\" width=\"%s\" height=\"%s\"/>",
                tone, at.text, width.text, large ? "36" : "100%");
    if (large) {
        write_number(out, t, start, count);
    }
}

void part_bar(struct buffer *out, const struct tally *t, bool large)
{
    struct share mark = share_of(t->threshold, t->seats);
    html_format(out,
                "<svg class=\"bar\" role=\"img\" aria-label=\"%u approve, %u reject, %u "
                "abstain, of %u seats; %u approvals needed\">"
                "<rect class=\"rest\" width=\"100%%\" height=\"%s\"/>",
                (unsigned)t->approve, (unsigned)t->reject, (unsigned)t->abstain,
                (unsigned)t->seats, (unsigned)t->threshold, large ? "36" : "100%");
    write_piece(out, t, "approve", 0, t->approve, large);
    write_piece(out, t, "abstain", t->approve, t->abstain, large);
    write_piece(out, t, "reject", t->approve + t->abstain, t->reject, large);
    static const char *const strokes[] = {"halo", "mark"};
    for (size_t i = 0; i < 2; i++) {
        html_format(out, "<line class=\"%s\" x1=\"%s\" x2=\"%s\" y1=\"%s\" y2=\"%s\"/>",
                    strokes[i], mark.text, mark.text, large ? "-4" : "-20%",
                    large ? "44" : "120%");
    }
    if (large) {
        html_format(out, "<text x=\"%s\" y=\"60\" text-anchor=\"middle\">%u needed</text>",
                    mark.text, (unsigned)t->threshold);
    }
    html_put(out, "</svg>");
}
