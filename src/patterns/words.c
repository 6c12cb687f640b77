/* SPDX-License-Identifier: ISC */
#include "patterns/words.h"

#include "base/alloc.h"
#include "base/text.h"
#include "patterns/fold.h"
#include "patterns/vocabulary.h"

#include <stdlib.h>

enum {
    SPACED_LEAST = 4,  /* so many single letters in a row are a word set apart */
    JOINED_LEAST = 15, /* so many letters may be words run together */
    LINE_LONG = 50     /* bytes, after which the next line may go on with the sentence */
};

/* --- letters that pass for others --- */

/* In a word of several scripts each counts as the Latin letter that it looks like. */
static uint32_t look_alike(uint32_t c)
{
    static const struct {
        uint16_t from;
        char to;
    } alike[] = {{0x430, 'a'},  {0x432, 'b'},  {0x435, 'e'},  {0x43a, 'k'},  {0x43c, 'm'},
                 {0x43d, 'h'},  {0x43e, 'o'},  {0x440, 'p'},  {0x441, 'c'},  {0x442, 't'},
                 {0x443, 'y'},  {0x445, 'x'},  {0x43f, 'n'},  {0x433, 'r'},  {0x455, 's'},
                 {0x456, 'i'},  {0x457, 'i'},  {0x458, 'j'},  {0x4bb, 'h'},  {0x4cf, 'l'},
                 {0x501, 'd'},  {0x51b, 'q'},  {0x51d, 'w'},  {0x3b1, 'a'},  {0x3b2, 'b'},
                 {0x3b5, 'e'},  {0x3b7, 'n'},  {0x3b9, 'i'},  {0x3ba, 'k'},  {0x3bd, 'v'},
                 {0x3bf, 'o'},  {0x3c1, 'p'},  {0x3c4, 't'},  {0x3c5, 'u'},  {0x3c7, 'x'},
                 {0x3c9, 'w'},  {0x3b3, 'y'},  {0x585, 'o'},  {0x57d, 'u'},  {0x566, 'q'},
                 {0x251, 'a'},  {0x261, 'g'},  {0x26a, 'i'},  {0x274, 'n'},  {0x280, 'r'},
                 {0x28f, 'y'},  {0x1d00, 'a'}, {0x1d04, 'c'}, {0x1d05, 'd'}, {0x1d07, 'e'},
                 {0x1d0b, 'k'}, {0x1d0d, 'm'}, {0x1d0f, 'o'}, {0x1d18, 'p'}, {0x1d1b, 't'},
                 {0x1d1c, 'u'}, {0x1d20, 'v'}, {0x1d21, 'w'}, {0x1d22, 'z'}, {0x299, 'b'},
                 {0x262, 'g'},  {0x29c, 'h'},  {0x29f, 'l'},  {0xa731, 's'}};
    for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
        if (c == alike[i].from) {
            return (uint32_t)(unsigned char)alike[i].to;
        }
    }
    return c;
}

static uint32_t digit_letter(uint32_t c)
{
    static const char letters[] = "oizeasgtbg";
    return c >= '0' && c <= '9' ? (uint32_t)(unsigned char)letters[c - '0'] : c;
}

/* --- reading --- */

/* The letters of one word, or of several that are to be told apart. */
enum { LETTERS_MAX = 128 };
struct letters {
    uint32_t list[LETTERS_MAX];
    uint32_t at[LETTERS_MAX + 1]; /* where each begins; after the last, where it ends */
    size_t count;
};

struct reader {
    struct slice text;
    size_t at;
    const struct vocabulary *vocabulary;
    struct words *out;
    uint32_t sentence;
    bool starts, first, quoted;
    size_t line;       /* where it begins */
    size_t line_feeds; /* in a row */
};

static void add_word(struct reader *r, uint32_t begin, uint32_t end, meanings means,
                     bool is_sign)
{
    struct words *w = r->out;
    if (w->count == w->room) {
        w->room = w->room == 0 ? 64 : 2 * w->room;
        w->list = alloc_resize(w->list, w->room, sizeof(w->list[0]));
    }
    w->list[w->count++] = (struct word){.begin = begin,
                                        .end = end,
                                        .sentence = r->sentence,
                                        .means = means,
                                        .starts = r->starts,
                                        .first = r->first,
                                        .quoted = r->quoted,
                                        .is_sign = is_sign};
    r->starts = false;
    r->first = false;
}

/* The longest known word at a letter; returns how many letters it has, 0: none. */
static size_t longest(const struct vocabulary *v, const struct letters *l, size_t from,
                      size_t least, meanings *means)
{
    char bytes[KNOWN_MAX + TEXT_CHARACTER_MAX];
    uint32_t hash = VOCABULARY_HASH;
    size_t size = 0, found = 0;
    for (size_t i = from; i < l->count; i++) {
        size_t more = text_encode(l->list[i], bytes + size);
        hash = vocabulary_hash(hash, bytes + size, more);
        size += more;
        if (size > KNOWN_MAX) {
            break;
        }
        meanings m = i + 1 - from >= least ? vocabulary_find(v, hash, bytes, size) : 0;
        if (m != 0) {
            found = i + 1 - from;
            *means = m;
        }
    }
    return found;
}

/* Words run together: the known ones among these letters. */
static void split(struct reader *r, const struct letters *l)
{
    enum { SHORTEST = 3 };
    for (size_t i = 0; i < l->count;) {
        meanings means = 0;
        size_t length = longest(r->vocabulary, l, i, SHORTEST, &means);
        if (length > 0) {
            add_word(r, l->at[i], l->at[i + length], means, false);
        }
        i += length > 0 ? length : 1;
    }
}

static void make_plain(struct letters *l)
{
    size_t plain = 0, latin = 0;
    for (size_t i = 0; i < l->count; i++) {
        uint32_t c = l->list[i];
        bool is_plain = c >= 'a' && c <= 'z';
        plain += is_plain;
        latin += is_plain || (c >= 0x250 && c < 0x300) || c >= 0x1d00;
    }
    if (latin == 0 || plain == l->count) {
        return;
    }
    for (size_t i = 0; i < l->count; i++) {
        l->list[i] = look_alike(digit_letter(l->list[i]));
    }
}

static void add_letters(struct reader *r, struct letters *l)
{
    make_plain(l);
    meanings means = 0;
    size_t known = longest(r->vocabulary, l, 0, l->count, &means);
    if (known == l->count || l->count < JOINED_LEAST) {
        add_word(r, l->at[0], l->at[l->count], known == l->count ? means : 0, false);
    } else {
        split(r, l);
    }
}

/* A word from here on, without what combines or hides; the rest of a very long one is
 * another. */
static size_t read_word(struct slice text, size_t at, struct letters *out)
{
    out->count = 0;
    size_t end = at;
    while (at < text.size && out->count < LETTERS_MAX) {
        struct folded f = fold_at(text, at);
        if (f.kind == FOLD_BREAK || f.kind == FOLD_SIGN) {
            break;
        }
        if (f.kind == FOLD_LETTER) {
            out->list[out->count] = f.letter;
            out->at[out->count++] = (uint32_t)at;
            end = at + f.size;
        }
        at += f.size;
    }
    out->at[out->count] = (uint32_t)end;
    return at;
}

/* Single letters with something between them: i g n o r e, i-g-n-o-r-e. Returns where they
 * end, or 0 where there are none. */
static size_t read_spaced(struct slice text, size_t at, struct letters *out)
{
    enum { APART_MAX = 4 };
    size_t end = 0;
    out->count = 0;
    while (at < text.size && out->count < LETTERS_MAX) {
        struct letters one;
        size_t after = read_word(text, at, &one);
        if (one.count != 1) {
            break;
        }
        out->list[out->count] = one.list[0];
        out->at[out->count++] = one.at[0];
        out->at[out->count] = one.at[1];
        end = after;
        for (size_t i = 0; i < APART_MAX && after < text.size; i++) {
            struct folded f = fold_at(text, after);
            if (f.kind != FOLD_BREAK || f.character == '\n') {
                break;
            }
            after += f.size;
        }
        at = after;
    }
    return out->count >= SPACED_LEAST ? end : 0;
}

/* --- between words --- */

static bool ends_sentence(uint32_t c)
{
    return c == '.' || c == '!' || c == '?' || c == ';' || c == 0x3002 || c == 0xff01 ||
           c == 0xff1f || c == 0xff1b || c == 0x061f || c == 0x06d4 || c == 0x0964;
}

static bool quotes(uint32_t c)
{
    return c == '"' || c == '`' || c == 0xab || c == 0xbb || (c >= 0x201c && c <= 0x201f) ||
           (c >= 0x300c && c <= 0x300f) || c == 0xff02;
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == 0xa0 || c == 0x3000 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f;
}

/* A dot within a number or a name ends nothing. */
static bool is_within(const struct reader *r, const struct folded *f)
{
    size_t next = r->at + f->size;
    return f->character == '.' && next < r->text.size &&
           fold_at(r->text, next).kind == FOLD_LETTER;
}

static void read_break(struct reader *r, const struct folded *f)
{
    uint32_t c = f->character;
    struct words *w = r->out;
    bool apostrophe = c == '\'' || c == 0x2019 || c == '-' || c == '_';
    if (c == '\n') {
        r->starts = r->starts || r->at - r->line < LINE_LONG;
        r->line = r->at + 1;
        r->line_feeds++;
        r->first = true;
        if (r->line_feeds >= 2) {
            r->starts = true;
            r->sentence++;
            r->quoted = false;
        }
    } else if (ends_sentence(c) && !is_within(r, f)) {
        r->sentence++;
        r->starts = true;
        r->first = true;
    } else if (quotes(c)) {
        r->quoted = !r->quoted;
        r->starts = true;
    } else if (!is_space(c) && !apostrophe) {
        r->starts = true;
        if ((c == ':' || c == 0xff1a) && w->count > 0) {
            w->list[w->count - 1].labels = true;
        }
    }
    if (!is_space(c)) {
        r->line_feeds = 0;
    }
    r->at += f->size;
}

static void read_sign(struct reader *r, const struct folded *f)
{
    enum { SIGNS_AHEAD = 8 };
    struct letters l = {.count = 0};
    for (size_t at = r->at; at < r->text.size && l.count < SIGNS_AHEAD;) {
        struct folded next = fold_at(r->text, at);
        if (next.kind == FOLD_BREAK || next.kind == FOLD_LETTER) {
            break;
        }
        if (next.kind == FOLD_SIGN) {
            l.list[l.count] = next.letter;
            l.at[l.count++] = (uint32_t)at;
            l.at[l.count] = (uint32_t)(at + next.size);
        }
        at += next.size;
    }
    meanings means = 0;
    size_t length = longest(r->vocabulary, &l, 0, 1, &means);
    uint32_t end = l.at[length > 0 ? length : 1];
    add_word(r, (uint32_t)r->at, end, means, true);
    r->line_feeds = 0;
    r->at = length > 0 ? end : r->at + f->size;
}

/* Returns where they end. */
static size_t read_letters(struct reader *r)
{
    struct letters l;
    r->line_feeds = 0;
    size_t end = read_word(r->text, r->at, &l);
    if (l.count == 1) {
        struct letters apart;
        size_t spaced = read_spaced(r->text, r->at, &apart);
        if (spaced > 0) {
            split(r, &apart);
            return spaced;
        }
    }
    add_letters(r, &l);
    return end;
}

void words_of(const struct vocabulary *v, struct slice text, struct words *out)
{
    *out = (struct words){NULL, 0, 0};
    struct reader r = {
        .text = text, .vocabulary = v, .out = out, .starts = true, .first = true};
    while (r.at < text.size) {
        struct folded f = fold_at(text, r.at);
        switch (f.kind) {
        case FOLD_BREAK:
            read_break(&r, &f);
            break;
        case FOLD_SIGN:
            read_sign(&r, &f);
            break;
        case FOLD_LETTER:
            r.at = read_letters(&r);
            break;
        case FOLD_MARK:
        case FOLD_HIDDEN:
            r.at += f.size;
            break;
        }
    }
}

void words_clear(struct words *w)
{
    free(w->list);
    *w = (struct words){NULL, 0, 0};
}
