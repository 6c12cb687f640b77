/* SPDX-License-Identifier: ISC */
#include "page/parts.h"

/* Seats whose ballots were there when voting ended, as far as the record says. */
static unsigned sealed_ballots(const struct record *r)
{
    unsigned count = 0;
    for (uint16_t i = 0; i < r->seat_count; i++) {
        count += r->seats[i].has_ballot && r->seats[i].status != STATUS_EXPELLED;
    }
    return count;
}

/* The outcome, and the rule by which. */
static void write_sentence(struct buffer *out, const struct record *r)
{
    unsigned approve = (unsigned)r->approve, needed = (unsigned)r->threshold;
    unsigned n = r->seat_count;
    switch (r->reason) {
    case REASON_NONE:
        html_format(out, "%u of %u seats approved; %u were needed.", approve, n, needed);
        return;
    case REASON_TOO_FEW_BALLOTS:
        html_format(
            out,
            "Only %u of %u seats cast a ballot in time: too few for the %u approvals "
            "that were needed.",
            sealed_ballots(r), n, needed);
        return;
    case REASON_DEADLINE:
        html_format(
            out,
            "When the time to open ballots was over, %u of %u seats had approved; %u "
            "were needed.",
            approve, n, needed);
        return;
    case REASON_THRESHOLD_UNREACHABLE:
        html_format(
            out, "%u of %u seats approved; %u were needed, and could no longer be reached.",
            approve, n, needed);
        return;
    }
}

static void write_key(struct buffer *out, const char *tone, const char *icon,
                      unsigned count, const char *words)
{
    if (count == 0) {
        return;
    }
    html_format(out, "<li class=\"%s\">", tone);
    part_icon(out, icon);
    html_format(out, "%u %s</li>\n", count, words);
}

void part_verdict(struct buffer *out, const struct page_decision *d)
{
    const struct record *r = &d->proof->record;
    const struct tally t = {r->approve, r->reject, r->abstain, r->threshold, r->seat_count};
    const char *tone = part_choice_tone(r->outcome);
    html_format(out,
                "<section class=\"verdict %s\" aria-labelledby=\"verdict\">\n"
                "<h2 id=\"verdict\">",
                tone);
    part_icon(out, tone);
    html_format(out, "%s</h2>\n<p class=\"say\">", part_outcome(r->outcome));
    write_sentence(out, r);
    html_put(out, "</p>\n<figure>");
    part_bar(out, &t, true);
    html_put(out, "<figcaption><ul class=\"key\">\n");
    write_key(out, "approve", "approve", t.approve, "approve");
    write_key(out, "abstain", "abstain", t.abstain, "abstain");
    write_key(out, "reject", "reject", t.reject, "reject");
    write_key(out, "none", "missed", t.seats - t.approve - t.reject - t.abstain,
              "not counted");
    html_put(out, "</ul></figcaption></figure>\n</section>\n");
}

static void write_header(struct buffer *out, const struct page_decision *d)
{
    const struct record *r = &d->proof->record;
    html_put(out, "<header>\n<p class=\"council\">");
    html_name(out, d->charter->name);
    html_put(out, "</p>\n<h1 dir=\"auto\">");
    html_text(out, d->proof->propose.propose.title, false);
    html_format(out, "</h1>\n<p class=\"dim\">Decision %llu \xc2\xb7 class ",
                (unsigned long long)d->proof->index + 1);
    part_class(out, d->charter, r->class_index);
    html_put(out, " \xc2\xb7 ");
    html_time(out, r->final.time_ms);
    html_put(out, "</p>\n</header>\n");
}

void page_write_decision(struct buffer *out, const struct page_decision *d)
{
    html_begin(out, d->proof->propose.propose.title, d->charter->name);
    html_put(out, "<nav class=\"pages\"><a href=\"../index.html\">All decisions of this "
                  "council</a></nav>\n");
    write_header(out, d);
    html_put(out, "<main>\n");
    part_verdict(out, d);
    html_put(out,
             "<nav aria-label=\"On this page\" class=\"on-page\"><a href=\"#seats\">Seats"
             "</a> <a href=\"#when\">How it went</a> <a href=\"#what\">The proposal</a> "
             "<a href=\"#why\">Reasons</a> <a href=\"#absent\">Not counted</a> "
             "<a href=\"#check\">Check it yourself</a></nav>\n");
    part_seats(out, d);
    part_timeline(out, d);
    part_proposal(out, d);
    part_rationales(out, d);
    part_absent(out, d);
    part_vouchers(out, d);
    part_verify(out, d);
    html_put(out, "</main>\n");
    html_end(out);
}
