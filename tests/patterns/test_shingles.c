/* SPDX-License-Identifier: ISC */
/*
 * Which differences make none, which texts are compared at all, and how far the estimate
 * is from the exact Jaccard likeness, which is counted here with strings and loops.
 */
#include "random.h"
#include "tap.h"

#include "base/clock.h"
#include "patterns/shingles.h"

#include <math.h>
#include <string.h>

static struct shingles sketch(const char *text)
{
    struct shingles s;
    shingles_of(slice_of_string(text), NULL, &s);
    return s;
}

static unsigned alike(const char *a, const char *b)
{
    struct shingles x = sketch(a), y = sketch(b);
    return shingles_likeness(&x, &y);
}

/* --- texts --- */

#define REASONS                                                                            \
    "The failure rate is measured and not promised, the operator can stop the system at "  \
    "any time, and two laboratories have repeated the tests under load. "
#define OTHERS                                                                             \
    "Costs fall on small hospitals first; nobody has shown who pays when the sensor is "   \
    "wrong, nor how a patient could object, so the burden lies with the applicant. "

static void test_same(void)
{
    is(alike(REASONS, REASONS), 1000, "a text is like itself");
    is(alike(
           REASONS,
           "the FAILURE rate is measured -- and not promised; the operator can\nstop the "
           "system (at any time) and two laboratories have repeated the tests under load"),
       1000, "case, punctuation and white space make no difference");
    is(alike("\u00c9t\u00e9 apr\u00e8s \u00e9t\u00e9 l'autorit\u00e9 a demand\u00e9 des "
             "preuves que le fournisseur n'a pas donn\u00e9es, ce qui suffit pour rejeter "
             "la demande sans autre examen de sa part",
             "e\u0301te\u0301 apre\u0300s e\u0301te\u0301 l'autorite\u0301 a "
             "demande\u0301 des preuves que le fournisseur n'a pas donne\u0301es ce qui "
             "suffit pour rejeter la demande sans autre examen de sa part"),
       1000, "nor how accents are written");
    is(alike(REASONS,
             "The fail\u00adure rate is mea\u200bsured and not promised, the operator "
             "can stop the system at any time, and two laboratories have repeated "
             "the tests under load."),
       1000, "nor what is not seen");
    is(alike(
           "ΑΠΟΔΕΙΞΕΙΣ 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 ПРОЕКТ И ОТЧЁТ",
           "αποδειξεις 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 проект и отчет"),
       1000, "Greek and Cyrillic have cases, too");
}

static void test_different(void)
{
    ok(alike(REASONS, OTHERS) <= 20, "two texts are not alike: %u", alike(REASONS, OTHERS));
    unsigned half = alike(REASONS, REASONS OTHERS);
    ok(half > 300 && half < 650, "a text and one that contains it: %u", half);
    const char *chinese =
        "该系统的故障率经过测量而非承诺，操作员可以随时停止系统，两家实验室在"
        "负载下重复了测试，因此我批准该提案。";
    const char *changed =
        "该系统的故障率经过测量而非承诺，操作员可以随时停止系统，两家实验室在"
        "负载下重复了测试，因此我反对该提案。";
    const char *apart =
        "费用首先由小型医院承担，没有人说明传感器出错时由谁付款，患者如何提出异议"
        "也没有说明，所以举证责任在申请人。";
    ok(alike(chinese, changed) > 700, "Chinese texts that differ in a word: %u",
       alike(chinese, changed));
    ok(alike(chinese, apart) < 50, "Chinese texts that differ: %u", alike(chinese, apart));
}

static void test_short(void)
{
    is(alike("", ""), 0, "empty texts say nothing");
    is(alike("Approve: the evidence meets every criterion.",
             "Approve: the evidence meets every criterion."),
       0, "a sentence says nothing");
    char same[4000] = "";
    for (size_t i = 0; i < 300; i++) {
        strcat(same, "yes yes yes ");
    }
    is(alike(same, same), 0, "a word again and again says nothing");
}

static void test_without(void)
{
    struct shingle_filter filter = {NULL};
    shingle_filter_add(&filter, slice_of_string("Two words"));
    ok(filter.bits == NULL, "a text without a shingle takes no memory");
    shingle_filter_add(&filter, slice_of_string(REASONS));
    struct shingles x, y;
    shingles_of(slice_of_string(REASONS OTHERS), &filter, &x);
    shingles_of(slice_of_string(OTHERS), &filter, &y);
    ok(shingles_likeness(&x, &y) > 850, "what is filtered out counts no more: %u",
       shingles_likeness(&x, &y));
    shingles_of(slice_of_string(REASONS), &filter, &x);
    is(x.count, 0, "a text of nothing else is too short");
    shingle_filter_free(&filter);
}

/* Two texts begin alike, as all do, and then differ. */
static void test_beyond(void)
{
    struct shingles form = sketch(REASONS REASONS), a = sketch(REASONS OTHERS),
                    b = sketch(REASONS
                               "Nothing in annex four supports the claim that errors "
                               "fall evenly on groups, and the hearing of those "
                               "concerned was held after the contract was signed.");
    unsigned whole = shingles_likeness(&a, &b),
             own = shingles_likeness_beyond(&a, &b, form.least);
    ok(whole > 250 && own < 60, "%u with what all begin with, %u without", whole, own);
    struct shingles copy = a;
    is(shingles_likeness_beyond(&a, &copy, form.least), 1000,
       "a copy remains one without it");
    is(shingles_likeness_beyond(&a, &copy, a.least), 0,
       "where all is common nothing is left to tell by");
}

/* --- the estimate --- */

enum { WORDS_MAX = 800, TRIALS = 400 };

struct draft {
    uint16_t words[WORDS_MAX];
    size_t count;
};

static void put(const struct draft *d, char *out)
{
    for (size_t i = 0; i < d->count; i++) {
        out += sprintf(out, "w%u ", (unsigned)d->words[i]);
    }
}

static bool has(const struct draft *d, size_t limit, const uint16_t *shingle)
{
    for (size_t i = 0; i + SHINGLE_WORDS <= limit; i++) {
        if (memcmp(&d->words[i], shingle, SHINGLE_WORDS * sizeof(shingle[0])) == 0) {
            return true;
        }
    }
    return false;
}

static double exact(const struct draft *a, const struct draft *b)
{
    size_t both = 0, only = 0;
    for (size_t i = 0; i + SHINGLE_WORDS <= a->count; i++) {
        if (!has(a, i + SHINGLE_WORDS - 1, &a->words[i])) {
            both += has(b, b->count, &a->words[i]);
            only += !has(b, b->count, &a->words[i]);
        }
    }
    for (size_t i = 0; i + SHINGLE_WORDS <= b->count; i++) {
        only +=
            !has(b, i + SHINGLE_WORDS - 1, &b->words[i]) && !has(a, a->count, &b->words[i]);
    }
    return both + only == 0 ? 0 : 1000.0 * (double)both / (double)(both + only);
}

/* A text, and the same with each word changed once in so many. */
static void make_pair(struct rng *r, size_t words, uint64_t once_in, struct draft *a,
                      struct draft *b)
{
    a->count = b->count = words;
    for (size_t i = 0; i < words; i++) {
        a->words[i] = (uint16_t)rng_below(r, 5000);
        b->words[i] = rng_chance(r, once_in) ? (uint16_t)rng_below(r, 5000) : a->words[i];
    }
}

/* Returns the greatest root of the mean square, of all likenesses. */
static double measure_size(struct rng *r, size_t words)
{
    static const uint64_t changes[] = {60, 25, 12, 6, 3};
    static struct draft a, b;
    static char text[2][WORDS_MAX * 8];
    double worst = 0;
    for (size_t c = 0; c < sizeof(changes) / sizeof(changes[0]); c++) {
        double sum = 0, squares = 0, likeness = 0, greatest = 0;
        size_t over = 0, under = 0;
        for (size_t i = 0; i < TRIALS; i++) {
            make_pair(r, words, changes[c], &a, &b);
            put(&a, text[0]);
            put(&b, text[1]);
            double truth = exact(&a, &b);
            double error = (double)alike(text[0], text[1]) - truth;
            likeness += truth;
            sum += error;
            squares += error * error;
            greatest = fmax(greatest, fabs(error));
            over += truth < 700 && truth + error >= 800;
            under += truth >= 900 && truth + error < 800;
        }
        double root = sqrt(squares / TRIALS);
        printf("# %5zu %8.0f %8.1f %8.1f %8.0f %8zu %8zu\n", words, likeness / TRIALS,
               sum / TRIALS, root, greatest, over, under);
        worst = fmax(worst, root);
        ok(fabs(sum / TRIALS) < 12, "%zu words, one changed in %llu: no bias", words,
           (unsigned long long)changes[c]);
    }
    return worst;
}

static void test_estimate(struct rng *r)
{
    static const size_t sizes[] = {32, 48, 100, 700};
    printf("# words    exact     bias      rms greatest <700>=800 >=900<800  of %d\n",
           TRIALS);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        double worst = measure_size(r, sizes[i]);
        /* sqrt(J (1 - J) / 128) is 44 at the most. */
        ok(worst < 50, "%zu words: the estimate is within 50 (rms %.1f)", sizes[i], worst);
    }
}

/* --- cost --- */

static void measure_cost(struct rng *r, size_t words)
{
    enum { ROUNDS = 2000 };
    static struct draft a, b;
    static char text[WORDS_MAX * 8];
    make_pair(r, words, 5, &a, &b);
    put(&a, text);
    struct shingles s[2];
    uint64_t begin = clock_processor_us();
    for (size_t i = 0; i < ROUNDS; i++) {
        s[i % 2] = sketch(text);
    }
    uint64_t middle = clock_processor_us();
    unsigned sum = 0;
    for (size_t i = 0; i < ROUNDS; i++) {
        s[0].least[i % SHINGLE_BINS]++;
        sum += shingles_likeness(&s[0], &s[1]);
    }
    uint64_t end = clock_processor_us();
    printf("# %zu bytes: %.1f us to sketch, %.3f us to compare (%u)\n", strlen(text),
           (double)(middle - begin) / ROUNDS, (double)(end - middle) / ROUNDS, sum % 2);
}

int main(void)
{
    struct rng r = rng_begin(7);
    test_same();
    test_different();
    test_short();
    test_without();
    test_beyond();
    test_estimate(&r);
    measure_cost(&r, 34);
    measure_cost(&r, 694);
    return tap_done();
}
