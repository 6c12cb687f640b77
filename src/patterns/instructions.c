/* SPDX-License-Identifier: ISC */
#include "patterns/instructions.h"

#include "base/text.h"
#include "patterns/fold.h"
#include "patterns/words.h"

#include <string.h>

/* --- phrases --- */

enum { REACH = 31, MENTION_REACH = 24, YOU_REACH = 4 };

/* The words of one sentence from a first one on that match a phrase; 0, or how many words
 * it spans. Which words a part may stand on is kept as bits, so no text makes it slow. */
static size_t span(const struct words *w, size_t from, const struct phrase *p)
{
    size_t ahead = 1;
    while (ahead <= REACH && from + ahead < w->count &&
           w->list[from + ahead].sentence == w->list[from].sentence) {
        ahead++;
    }
    uint64_t within = (UINT64_C(1) << ahead) - 1, reached = 1;
    for (size_t i = 1; i < PHRASE_PARTS && p->parts[i].any != 0; i++) {
        uint64_t next = 0, found = 0;
        for (unsigned gap = 0; gap <= p->parts[i].gap; gap++) {
            next |= reached << (gap + 1);
        }
        for (next &= within; next != 0; next &= next - 1) {
            unsigned at = (unsigned)__builtin_ctzll(next);
            if ((w->list[from + at].means & p->parts[i].any) != 0) {
                found |= UINT64_C(1) << at;
            }
        }
        if (found == 0) {
            return 0;
        }
        reached = found;
    }
    return (size_t)__builtin_ctzll(reached) + 1;
}

#define ORDERS                                                                             \
    (MEANS(FORGET) | MEANS(DROP) | MEANS(SHOW) | MEANS(PLEASE) | MEANS(ACT) |              \
     MEANS(PRETEND) | MEANS(FOLLOW) | MEANS(ANSWER))

/* Whether a word can be an order here: where a sentence begins, after please, after you,
 * or after another order; but not where it is denied, or told of others. */
static bool is_order(const struct words *w, size_t at)
{
    const struct word *word = &w->list[at];
    bool follows = at > 0 && w->list[at - 1].sentence == word->sentence;
    if (word->starts || !follows) {
        return true;
    }
    meanings before = w->list[at - 1].means;
    if ((before & MEANS(NOT)) != 0) {
        return false;
    }
    if (word->is_sign || (before & MEANS(PLEASE)) != 0) {
        return true;
    }
    for (size_t i = 1; i <= YOU_REACH && i <= at; i++) {
        const struct word *b = &w->list[at - i];
        if (b->sentence == word->sentence && (b->means & MEANS(YOU)) != 0) {
            return true;
        }
    }
    size_t first = at;
    while (first > 0 && w->list[first - 1].sentence == word->sentence) {
        first--;
    }
    return (before & MEANS(AND)) != 0 && (w->list[first].means & ORDERS) != 0;
}

/* Quoted, and somebody speaks of an attack beside it. */
static bool is_told_of(const struct words *w, size_t from, size_t length)
{
    if (!w->list[from].quoted) {
        return false;
    }
    size_t begin = from > MENTION_REACH ? from - MENTION_REACH : 0;
    size_t end = from + length + MENTION_REACH;
    for (size_t i = begin; i < end && i < w->count; i++) {
        if (!w->list[i].quoted && (w->list[i].means & MEANS(MENTION)) != 0) {
            return true;
        }
    }
    return false;
}

static bool stands_so(const struct words *w, size_t from, size_t length,
                      enum phrase_place place)
{
    switch (place) {
    case PLACE_ORDER:
        return is_order(w, from);
    case PLACE_FIRST:
        return w->list[from].starts;
    case PLACE_LABEL:
        return w->list[from].first && w->list[from + length - 1].labels;
    case PLACE_ANY:
        break;
    }
    return true;
}

static void keep_first(struct instructions_found *out, const char *what, size_t offset,
                       size_t end)
{
    if (out->what == NULL || offset < out->offset) {
        *out = (struct instructions_found){what, offset, end - offset};
    }
}

static void find_phrases(const struct vocabulary *v, struct slice text,
                         struct instructions_found *out)
{
    struct words w;
    meanings first = 0;
    words_of(v, text, &w);
    for (size_t i = 0; i < phrase_count; i++) {
        first |= phrases[i].parts[0].any;
    }
    for (size_t at = 0; at < w.count && out->what == NULL; at++) {
        if ((w.list[at].means & first) == 0) {
            continue;
        }
        for (size_t i = 0; i < phrase_count; i++) {
            const struct phrase *p = &phrases[i];
            if ((w.list[at].means & p->parts[0].any) == 0) {
                continue;
            }
            size_t length = span(&w, at, p);
            if (length > 0 && stands_so(&w, at, length, p->place) &&
                !is_told_of(&w, at, length)) {
                keep_first(out, p->what, w.list[at].begin, w.list[at + length - 1].end);
                break;
            }
        }
    }
    words_clear(&w);
}

/* --- marks --- */

/* The character of a mark at an offset, without what does not count; 0: none, or the
 * text's end. Moves to what follows it. */
static char mark_character(struct slice text, size_t *at)
{
    while (*at < text.size) {
        struct folded f = fold_at(text, *at);
        *at += f.size;
        uint32_t c = f.character;
        if (c >= 0xff01 && c <= 0xff5e) {
            c -= 0xfee0;
        }
        if (f.kind == FOLD_HIDDEN || f.kind == FOLD_MARK || c <= 0x20 || c == 0xa0 ||
            c == 0x2581) { /* what some tokenizers print for a space */
            continue;
        }
        c = c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
        return c < 0x80 ? (char)c : (char)0x7f;
    }
    return '\0';
}

/* Where the mark ends that begins at an offset; 0: it does not. */
static size_t match_mark(struct slice text, size_t at, const char *mark)
{
    for (; *mark != '\0'; mark++) {
        if (mark_character(text, &at) != *mark) {
            return 0;
        }
    }
    return at;
}

/* <|im_start|>, and whatever else models have been trained with in that form. */
static size_t match_bars(struct slice text, size_t at)
{
    enum { NAME_MAX_LETTERS = 32 };
    if (mark_character(text, &at) != '<' || mark_character(text, &at) != '|') {
        return 0;
    }
    for (size_t i = 0; i <= NAME_MAX_LETTERS; i++) {
        char c = mark_character(text, &at);
        if (c == '|') {
            return i > 0 && mark_character(text, &at) == '>' ? at : 0;
        }
        bool is_name =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!is_name) {
            return 0;
        }
    }
    return 0;
}

/* Most characters of most texts: ASCII with which no mark begins. */
static bool begins_none(uint8_t byte)
{
    return byte < 0x80 && byte != '<' && byte != '[' && byte != '#' && byte != '`' &&
           byte != '"';
}

static void find_marks(struct slice text, struct instructions_found *out)
{
    for (size_t at = 0; at < text.size;) {
        if (begins_none(text.data[at])) {
            at++;
            continue;
        }
        size_t size = fold_at(text, at).size, after = at;
        char c = mark_character(slice_of(text.data, at + size), &after);
        if (c != '\0' && strchr("<[#`\"", c) != NULL) {
            size_t end = match_bars(text, at);
            const char *what = marks[0].what;
            for (size_t i = 0; end == 0 && i < mark_count; i++) {
                end = marks[i].text[0] == c ? match_mark(text, at, marks[i].text) : 0;
                what = marks[i].what;
            }
            if (end > 0) {
                keep_first(out, what, at, end);
                return;
            }
        }
        at += size;
    }
}

/* --- what is not seen --- */

enum { HIDDEN_MANY = 4, LAST_EUROPEAN = 0x52f };

static bool is_emoji(const struct folded *f)
{
    return f->kind == FOLD_BREAK && f->character >= 0x203c;
}

/* Hidden characters that writing itself asks for, one at a time. */
static bool is_proper(const struct folded *before, const struct folded *hidden,
                      const struct folded *after)
{
    uint32_t c = hidden->character;
    bool joins = c == 0x200c || c == 0x200d;
    bool foreign = before->kind == FOLD_SIGN ||
                   (before->kind != FOLD_BREAK && before->character > LAST_EUROPEAN);
    if (joins) {
        return foreign || is_emoji(before) || is_emoji(after);
    }
    if (before->kind == FOLD_HIDDEN) {
        return false;
    }
    /* A soft hyphen; how a symbol looks; which form of an ideograph is meant. */
    return c == 0xad || c == 0xfe0e || c == 0xfe0f ||
           (c >= 0xe0100 && c <= 0xe01ef && before->kind == FOLD_SIGN);
}

static bool is_planted(const struct folded *before, const struct folded *hidden,
                       const struct folded *after)
{
    bool inside = before->kind == FOLD_LETTER && before->character <= LAST_EUROPEAN &&
                  after->kind == FOLD_LETTER;
    return inside || hidden->character >= 0xe0000 || text_is_harmful(hidden->character);
}

/* A flag of a part of a country: a black flag, a few tags, and the tag that ends it.
 * Returns where it ends, or at. */
static size_t skip_flag(struct slice text, size_t at)
{
    enum { TAGS_MAX = 6 };
    size_t end = at;
    for (size_t i = 0; i <= TAGS_MAX && end < text.size; i++) {
        struct folded f = fold_at(text, end);
        if (f.character < 0xe0030 || f.character > 0xe007f) {
            return at;
        }
        end += f.size;
        if (f.character == 0xe007f) {
            return end;
        }
    }
    return at;
}

static void find_hidden(struct slice text, struct instructions_found *out)
{
    struct folded before = {.kind = FOLD_BREAK};
    size_t many = 0, begin = 0;
    for (size_t at = 0; at < text.size;) {
        /* What stands before ASCII matters to nothing. */
        if (text.data[at] < 0x80 && at + 1 < text.size && text.data[at + 1] < 0x80) {
            at++;
            continue;
        }
        struct folded f = fold_at(text, at);
        size_t next = at + f.size;
        if (f.character == 0x1f3f4) {
            next = skip_flag(text, next);
        }
        if (f.kind == FOLD_HIDDEN && !(at == 0 && f.character == 0xfeff)) {
            struct folded after = {.kind = FOLD_BREAK};
            after = next < text.size ? fold_at(text, next) : after;
            bool proper = is_proper(&before, &f, &after);
            begin = many == 0 ? at : begin;
            many += !proper;
            if (!proper && (many >= HIDDEN_MANY || is_planted(&before, &f, &after))) {
                keep_first(out, "characters that are not seen", begin, next);
                return;
            }
        }
        before = f;
        at = next;
    }
}

bool instructions_find(const struct vocabulary *v, struct slice text,
                       struct instructions_found *out)
{
    *out = (struct instructions_found){NULL, 0, 0};
    find_phrases(v, text, out);
    find_marks(text, out);
    find_hidden(text, out);
    return out->what != NULL;
}
