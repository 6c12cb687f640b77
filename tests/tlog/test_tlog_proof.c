/* SPDX-License-Identifier: ISC */
/* Proofs as text: their form, and that they hold exactly where the hashes do. */
#include "tlog/lines.h"
#include "tlog/tlog_proof.h"

#include "hash/tree.h"
#include "tap.h"
#include "vectors.h"

#include <string.h>

#define HASH_LINE "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define FIRST     TLOG_PROOF_FIRST "\n"
#define CONSIST   TLOG_CONSISTENCY_FIRST "\n"

static int parse(struct slice text, struct tlog_proof *out)
{
    struct complaint why = {""};
    return tlog_proof_parse(text, out, &why);
}

static void test_shape(void)
{
    static const char *const good[] = {
        FIRST "index 0\n\nnote\n",
        FIRST "index 9223372036854775807\n" HASH_LINE HASH_LINE "\nnote\n\nmore\n",
        FIRST "extra \nindex 5\n" HASH_LINE "\nnote\n",
        FIRST "extra AQI=\nindex 5\n" HASH_LINE "\nnote\n",
        CONSIST "old 0\n\nnote\n",
        CONSIST "old 20852014\n" HASH_LINE "\nnote\n",
    };
    static const char *const wrong[] = {
        "",
        "\n",
        TLOG_PROOF_FIRST,
        FIRST,
        CONSIST,
        "c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
        " " FIRST "index 0\n\nnote\n",
        FIRST "index 0\n",
        FIRST "index 0",
        FIRST "index\n\nnote\n",
        FIRST "index 00\n\nnote\n",
        FIRST "index -1\n\nnote\n",
        FIRST "index 0 \n\nnote\n",
        FIRST "index 9223372036854775808\n\nnote\n",
        FIRST "old 0\n\nnote\n",
        FIRST "extra *\nindex 0\n\nnote\n",
        FIRST "extra AQI=\n",
        FIRST "extra AQI=\nextra AQI=\nindex 0\n\nnote\n",
        FIRST "index 0\nextra AQI=\n\nnote\n",
        FIRST "index 0\n" HASH_LINE "note\n",
        FIRST "index 0\nAQI=\n\nnote\n",
        FIRST "index 0\n " HASH_LINE "\nnote\n",
        FIRST "index 0\r\n\nnote\n",
        CONSIST "index 0\n\nnote\n",
        CONSIST "extra AQI=\nold 0\n\nnote\n",
        CONSIST "old 0\n" HASH_LINE,
    };
    struct tlog_proof p;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct buffer again = {0};
        is(parse(slice_of_string(good[i]), &p), 0, "a proof");
        tlog_proof_encode(&again, &p);
        ok(slice_equal(buffer_slice(&again), slice_of_string(good[i])), "written again");
        buffer_free(&again);
        tlog_proof_clear(&p);
    }
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        is(parse(slice_of_string(wrong[i]), &p), CONCLAVE_EFORMAT, "no proof");
        tlog_proof_clear(&p);
    }
}

static void test_limit(void)
{
    struct buffer b = {0};
    struct tlog_proof p;
    lines_write_text(&b, FIRST "index 0\n");
    for (int i = 0; i < TLOG_HASHES_MAX; i++) {
        lines_write_text(&b, HASH_LINE);
    }
    size_t size = b.size;
    lines_write_text(&b, "\nnote\n");
    is(parse(buffer_slice(&b), &p), 0, "63 hashes");
    tlog_proof_clear(&p);
    b.size = size;
    lines_write_text(&b, HASH_LINE "\nnote\n");
    is(parse(buffer_slice(&b), &p), CONCLAVE_ELIMIT, "64");
    tlog_proof_clear(&p);
    buffer_free(&b);
}

/* --- proofs of small trees --- */

enum { MOST = 40 };

static int subtree(void *context, unsigned level, uint64_t index, struct hash *out)
{
    const struct hash *leaves = context;
    *out = merkle_root(leaves + (index << level), (size_t)1 << level);
    return 0;
}

/* As text and back. */
static void through_text(struct tlog_proof *p)
{
    struct buffer text = {0};
    struct tlog_proof read;
    tlog_proof_encode(&text, p);
    int error = parse(buffer_slice(&text), &read);
    if (error != 0 || read.length != p->length ||
        memcmp(read.hashes, p->hashes, p->length * HASH_BYTES) != 0) {
        ok(false, "a proof comes back from its text");
    }
    tlog_proof_clear(&read);
    buffer_free(&text);
}

static void test_inclusion(struct hash *leaves)
{
    struct tree_source source = {subtree, leaves};
    size_t good = 0, tried = 0, refused = 0;
    for (uint64_t n = 1; n <= MOST; n++) {
        struct checkpoint c = {.size = n, .root = merkle_root(leaves, n)};
        for (uint64_t i = 0; i < n; i++, tried++) {
            struct tlog_proof p = {.is_inclusion = true, .number = i};
            (void)tree_path(&source, i, n, p.hashes, &p.length);
            through_text(&p);
            good += tlog_proof_verify(&p, &leaves[i], &c) == 0;
            refused += tlog_proof_verify(&p, &leaves[MOST], &c) == CONCLAVE_ESIG;
            p.is_inclusion = false;
            refused += tlog_proof_verify(&p, &leaves[i], &c) == CONCLAVE_EINVAL;
        }
    }
    is((int64_t)good, (int64_t)tried, "every leaf of every tree up to 40");
    is((int64_t)refused, 2 * (int64_t)tried, "and no other leaf, nor by the other kind");
}

static void test_consistency(struct hash *leaves)
{
    struct tree_source source = {subtree, leaves};
    size_t good = 0, tried = 0, refused = 0, expected = 0;
    for (uint64_t n = 0; n <= MOST; n++) {
        struct checkpoint c = {.size = n, .root = merkle_root(leaves, n)};
        for (uint64_t m = 0; m <= n; m++, tried++) {
            struct hash old = merkle_root(leaves, m);
            struct tlog_proof p = {.number = m};
            (void)tree_consistency(&source, m, n, p.hashes, &p.length);
            through_text(&p);
            good += tlog_consistency_verify(&p, m, &old, &c) == 0;
            refused += tlog_consistency_verify(&p, m + 1, &old, &c) == CONCLAVE_EINVAL;
            old.bytes[0] ^= 1;
            refused += tlog_consistency_verify(&p, m, &old, &c) == CONCLAVE_ESIG;
            old.bytes[0] ^= 1;
            p.hashes[p.length++] = old;
            refused += tlog_consistency_verify(&p, m, &old, &c) == CONCLAVE_ESIG;
            p.is_inclusion = true;
            refused += tlog_consistency_verify(&p, m, &old, &c) == CONCLAVE_EINVAL;
            expected += 4;
        }
    }
    is((int64_t)good, (int64_t)tried, "every prefix of every tree up to 40");
    is((int64_t)refused, (int64_t)expected, "and nothing else");
    struct tlog_proof p = {.number = 3};
    struct checkpoint c = {.size = 2, .root = merkle_root(leaves, 2)};
    struct hash old = merkle_root(leaves, 3);
    is(tlog_consistency_verify(&p, 3, &old, &c), CONCLAVE_ESIG, "a log that shrank");
}

/* --- the published proofs, as text --- */

/* The text of a published proof; false where it has a hash that is not 32 bytes, which no
 * text can hold. */
static bool text_of(const json_t *v, bool inclusion, struct buffer *out)
{
    size_t i;
    const json_t *line;
    bool fits = true;
    uint64_t number = vectors_number(v, inclusion ? "leafIdx" : "size1");
    lines_write_text(out, inclusion ? FIRST "index " : CONSIST "old ");
    if (number > LINES_NUMBER_MAX) {
        return false;
    }
    lines_write_number(out, number);
    lines_write_text(out, "\n");
    json_array_foreach(json_object_get(v, "proof"), i, line)
    {
        fits = fits && json_string_length(line) == sizeof(HASH_LINE) - 2;
        lines_write_text(out, json_string_value(line));
        lines_write_text(out, "\n");
    }
    lines_write_text(out, "\n");
    return fits;
}

static bool hash_of(const json_t *v, const char *member, struct hash *out)
{
    return lines_hash(slice_of_string(json_string_value(json_object_get(v, member))),
                      out) == 0;
}

enum verdict { REFUSED, ACCEPTED, NO_TEXT };

static enum verdict judge(const json_t *v, bool inclusion)
{
    struct buffer text = {0};
    struct tlog_proof p = {0};
    struct hash other;
    struct checkpoint c = {.size = vectors_number(v, inclusion ? "treeSize" : "size2")};
    bool good = false;
    bool fits = text_of(v, inclusion, &text) &&
                hash_of(v, inclusion ? "root" : "root2", &c.root) &&
                hash_of(v, inclusion ? "leafHash" : "root1", &other);
    if (fits && parse(buffer_slice(&text), &p) == 0) {
        good = (inclusion ? tlog_proof_verify(&p, &other, &c)
                          : tlog_consistency_verify(&p, vectors_number(v, "size1"), &other,
                                                    &c)) == 0;
    }
    tlog_proof_clear(&p);
    buffer_free(&text);
    return !fits ? NO_TEXT : good ? ACCEPTED : REFUSED;
}

static void test_published(void)
{
    json_t *root = vectors_load("merkle_proofs.json");
    json_t *v;
    size_t i, wrong = 0, counts[NO_TEXT + 1] = {0};
    static const char *const kinds[] = {"inclusion", "consistency"};
    for (size_t k = 0; k < 2; k++) {
        json_array_foreach(json_object_get(root, kinds[k]), i, v)
        {
            enum verdict got = judge(v, k == 0);
            bool wanted = !json_is_true(json_object_get(v, "wantErr"));
            if (got != NO_TEXT && wanted != (got == ACCEPTED)) {
                printf("# %s\n", json_string_value(json_object_get(v, "file")));
                wrong++;
            }
            counts[got]++;
        }
    }
    ok(wrong == 0 && counts[ACCEPTED] >= 8 && counts[REFUSED] >= 60,
       "published proofs as text: %zu good, %zu not, %zu that no text can hold",
       counts[ACCEPTED], counts[REFUSED], counts[NO_TEXT]);
    json_decref(root);
}

int main(void)
{
    struct hash leaves[MOST + 1];
    for (size_t i = 0; i <= MOST; i++) {
        uint8_t byte = (uint8_t)i;
        leaves[i] = merkle_leaf(slice_of(&byte, 1));
    }
    test_shape();
    test_limit();
    test_inclusion(leaves);
    test_consistency(leaves);
    test_published();
    return tap_done();
}
