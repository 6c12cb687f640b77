/* SPDX-License-Identifier: ISC */
#include "patterns/shingles.h"

#include "base/alloc.h"
#include "patterns/fold.h"

#include <stdlib.h>

enum { BIN_SHIFT = 57, FILTER_PROBES = 4, FILTER_BITS = SHINGLE_FILTER_BYTES * 8 };

/* --- hashing: fixed and public. Who wants two texts to look alike can as well write the
 * same one --- */

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t word_add(uint64_t hash, uint32_t letter)
{
    return (hash ^ letter) * FNV_PRIME;
}

/* The finalizer of splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

/* --- from a text to its shingles --- */

struct run {
    uint64_t words[SHINGLE_WORDS]; /* the last ones, the newest at count % SHINGLE_WORDS */
    size_t count;
    void (*take)(void *context, uint64_t shingle);
    void *context;
};

static void end_word(struct run *r, uint64_t word)
{
    r->words[r->count++ % SHINGLE_WORDS] = mix(word);
    if (r->count < SHINGLE_WORDS) {
        return;
    }
    uint64_t shingle = 0;
    for (size_t i = 0; i < SHINGLE_WORDS; i++) {
        shingle = mix(shingle + r->words[(r->count + i) % SHINGLE_WORDS]);
    }
    r->take(r->context, shingle);
}

static void each_shingle(struct slice text, void (*take)(void *context, uint64_t shingle),
                         void *context)
{
    struct run r = {.take = take, .context = context};
    uint64_t word = FNV_START;
    bool open = false;     /* a word has begun */
    uint32_t previous = 0; /* sign, of a row of them */
    for (size_t at = 0; at < text.size;) {
        struct folded f = fold_at(text, at);
        at += f.size;
        if (f.kind == FOLD_MARK || f.kind == FOLD_HIDDEN) {
            continue;
        }
        if (f.kind == FOLD_LETTER) {
            word = word_add(word, f.letter);
            open = true;
            previous = 0;
            continue;
        }
        if (open) {
            end_word(&r, word);
        }
        open = false;
        word = FNV_START;
        if (f.kind == FOLD_SIGN && previous != 0) {
            end_word(&r, word_add(word_add(word, previous), f.letter));
        }
        /* Signs go on over a comma or the end of a line. */
        previous = f.kind == FOLD_SIGN ? f.letter : previous;
    }
    if (open) {
        end_word(&r, word);
    }
}

/* --- what all have before them --- */

/* Two halves of the hash give all probes (Kirsch and Mitzenmacher 2006). */
static uint32_t probe(uint64_t shingle, uint32_t i)
{
    return ((uint32_t)shingle + i * ((uint32_t)(shingle >> 32) | 1)) % FILTER_BITS;
}

static void filter_take(void *context, uint64_t shingle)
{
    struct shingle_filter *f = context;
    if (f->bits == NULL) {
        f->bits = alloc_zero(SHINGLE_FILTER_BYTES, sizeof(*f->bits));
    }
    for (uint32_t i = 0; i < FILTER_PROBES; i++) {
        uint32_t bit = probe(shingle, i);
        f->bits[bit / 8] |= (uint8_t)(1U << bit % 8);
    }
}

static bool filter_has(const struct shingle_filter *f, uint64_t shingle)
{
    for (uint32_t i = 0; f->bits != NULL && i < FILTER_PROBES; i++) {
        uint32_t bit = probe(shingle, i);
        if ((f->bits[bit / 8] >> bit % 8 & 1) == 0) {
            return false;
        }
    }
    return f->bits != NULL;
}

void shingle_filter_add(struct shingle_filter *f, struct slice text)
{
    each_shingle(text, filter_take, f);
}

void shingle_filter_free(struct shingle_filter *f)
{
    free(f->bits);
    f->bits = NULL;
}

/* --- the sketch --- */

struct sketch {
    const struct shingle_filter *without;
    struct shingles *out;
    uint32_t bins; /* that are not empty */
};

static void sketch_take(void *context, uint64_t shingle)
{
    struct sketch *s = context;
    if (s->without != NULL && filter_has(s->without, shingle)) {
        return;
    }
    uint32_t *least = &s->out->least[shingle >> BIN_SHIFT];
    uint32_t value = (uint32_t)shingle;
    value = value == SHINGLE_EMPTY ? value - 1 : value;
    s->bins += *least == SHINGLE_EMPTY;
    *least = value < *least ? value : *least;
    s->out->count++;
}

void shingles_of(struct slice text, const struct shingle_filter *without,
                 struct shingles *out)
{
    out->count = 0;
    for (size_t i = 0; i < SHINGLE_BINS; i++) {
        out->least[i] = SHINGLE_EMPTY;
    }
    struct sketch s = {without, out, 0};
    each_shingle(text, sketch_take, &s);
    out->count = s.bins >= SHINGLE_BINS_LEAST ? out->count : 0;
}

/* A bin in which both have the same common value hides what is theirs; where only one has
 * it, the other has a lower one, which the first has not. */
static unsigned compare(const struct shingles *a, const struct shingles *b,
                        const uint32_t *common, uint32_t least)
{
    uint32_t same = 0, bins = 0;
    if (a->count == 0 || b->count == 0) {
        return 0;
    }
    for (size_t i = 0; i < SHINGLE_BINS; i++) {
        uint32_t value = a->least[i];
        bool equal = value == b->least[i];
        if (equal && (value == SHINGLE_EMPTY || (common != NULL && value == common[i]))) {
            continue;
        }
        same += equal;
        bins++;
    }
    return bins < least || bins == 0 ? 0 : same * 1000 / bins;
}

unsigned shingles_likeness(const struct shingles *a, const struct shingles *b)
{
    return compare(a, b, NULL, 1);
}

unsigned shingles_likeness_beyond(const struct shingles *a, const struct shingles *b,
                                  const uint32_t common[SHINGLE_BINS])
{
    return compare(a, b, common, SHINGLE_BINS_LEAST);
}
