/* SPDX-License-Identifier: ISC */
/* Writes the seed corpora of the fuzz targets that decode bytes, make_corpus DIRECTORY;
 * those of text and of choices are made by hand. */
#include "make_corpus.h"
#include "generate.h"
#include "watch/flag.h"
#include "wire/shared.h"

#include <string.h>
#include <sys/stat.h>

static const char *top;

void corpus_store(const char *corpus, const char *name, struct buffer *b)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s", top, corpus);
    (void)mkdir(path, 0777);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", top, corpus, name);
    FILE *f = fopen(path, "we");
    if (f == NULL || fwrite(b->data, 1, b->size, f) != b->size || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
    b->size = 0;
}

static void messages(struct rng *r, struct buffer *b)
{
    static const char *const names[] = {"",
                                        "heartbeat",
                                        "envelope",
                                        "pre-prepare",
                                        "prepare",
                                        "commit",
                                        "view-change",
                                        "new-view",
                                        "fetch-block",
                                        "block",
                                        "fetch-range",
                                        "range",
                                        "fetch-new-view",
                                        "ask",
                                        "report"};
    for (int tag = MESSAGE_HEARTBEAT; tag <= MESSAGE_CHECKPOINT; tag++) {
        bool holds_blocks = tag == MESSAGE_PRE_PREPARE || tag == MESSAGE_RANGE;
        do {
            b->size = 0;
            generate_message(r, (enum message_tag)tag, b);
        } while (b->size > 3000 || (holds_blocks && b->size < 900));
        corpus_store("message", names[tag], b);
    }
}

static void operations(struct rng *r, struct buffer *b)
{
    static const char *const names[] = {"", "propose", "ballot", "reveal", "", "return"};
    struct operation op;
    for (int kind = OPERATION_PROPOSE; kind <= OPERATION_RETURN; kind++) {
        if (kind != OPERATION_EVIDENCE) {
            do {
                b->size = 0;
                generate_operation(r, (enum operation_kind)kind, 33, b);
            } while (b->size > 600);
            corpus_store("operation", names[kind], b);
        }
    }
    for (int kind = EVIDENCE_PREPARE; kind <= EVIDENCE_BALLOT; kind++) {
        char name[32];
        do {
            b->size = 0;
            generate_operation(r, OPERATION_EVIDENCE, 33, b);
            (void)codec_decode_operation(buffer_slice(b), &op);
        } while ((int)op.evidence.kind != kind || b->size > 600);
        (void)snprintf(name, sizeof(name), "evidence-%d", kind);
        corpus_store("operation", name, b);
    }
}

static void containers(struct rng *r, struct buffer *b)
{
    for (int i = 0; i < 4; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), i % 2 == 0 ? "signed-%d" : "unsigned-%d", i / 2);
        do {
            b->size = 0;
            generate_envelope(r, i % 2 == 0 ? ENVELOPE_SIGNED : ENVELOPE_UNSIGNED, 3, b);
        } while (b->size > 1500);
        corpus_store("envelope", name, b);
    }
    for (size_t i = 0; i < 3; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "block-%zu", i);
        do {
            b->size = 0;
            generate_block(r, i, b);
        } while (b->size > 3000 || b->size < 500 * i);
        corpus_store("block", name, b);
    }
}

static void items(struct rng *r, struct buffer *b)
{
    struct certificate *c = generate_certificate(r, CERTIFICATE_COMMIT);
    struct new_view *v = generate_new_view(r);
    struct header h;
    c->count = c->count < 4 ? c->count : 4;
    codec_encode_certificate(b, c);
    corpus_store("cbor", "certificate", b);
    while (v->count > 6) {
        new_view_unref(v);
        v = generate_new_view(r);
    }
    codec_encode_new_view(b, v);
    corpus_store("cbor", "new-view", b);
    generate_header(r, &h);
    codec_encode_header(b, &h);
    corpus_store("cbor", "header", b);
    cbor_write_map(b, 3);
    cbor_write_text(b, slice_of_string("a"));
    cbor_write_array(b, 2);
    cbor_write_bool(b, true);
    cbor_write_map(b, 0);
    cbor_write_text(b, slice_of_string("b"));
    cbor_write_bytes(b, slice_of_string("bytes"));
    cbor_write_text(b, slice_of_string("aa"));
    cbor_write_uint(b, UINT64_MAX);
    corpus_store("cbor", "map", b);
    certificate_unref(c);
    new_view_unref(v);
}

static void texts(struct rng *r, struct buffer *b)
{
    static const char *const traps[] = {"\x1b]0;x\x07",
                                        "\xc2\x9b"
                                        "31m",
                                        "\xe2\x80\xae"
                                        "abc",
                                        "\xed\xa0\x80",
                                        "\xf0\x82\x82\xac",
                                        "a\tb\nc\"\\"};
    for (size_t i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "trap-%zu", i);
        buffer_append(b, traps[i], strlen(traps[i]));
        corpus_store("text", name, b);
    }
    while (b->size < 30) {
        b->size = 0;
        generate_text(r, 60, true, b);
    }
    corpus_store("text", "all-widths", b);
}

static void flags(struct buffer *b)
{
    struct flag f = {.kind = FLAG_SILENT,
                     .state = FLAG_NEW,
                     .seat = 3,
                     .is_local = true,
                     .first_ms = 1735689600000,
                     .last_ms = 1735689600001,
                     .count = 1,
                     .text = "nothing heard for 7.0 s"};
    flag_encode(b, &f);
    corpus_store("flag", "new", b);
    f.state = FLAG_ACKNOWLEDGED;
    f.is_acknowledged = true;
    f.acknowledged_by = 1000;
    f.acknowledged_ms = 1735689600002;
    f.kind = FLAG_STALLED;
    f.seat = 0;
    flag_encode(b, &f);
    corpus_store("flag", "acknowledged", b);
    f.state = FLAG_CLEARED;
    f.kind = FLAG_WITHHELD;
    f.seat = SEATS_MAX;
    f.has_proposal = true;
    f.height = 70000;
    f.cleared_ms = 1735689600003;
    flag_encode(b, &f);
    corpus_store("flag", "cleared", b);
    f.kind = (enum flag_kind)FLAG_KIND_END;
    flag_encode(b, &f);
    corpus_store("flag", "of-tomorrow", b);
}

int main(int argc, char **argv)
{
    struct rng r = rng_begin(1);
    struct buffer b = {0};
    if (argc != 2) {
        (void)fprintf(stderr, "usage: make_corpus DIRECTORY\n");
        return 2;
    }
    top = argv[1];
    messages(&r, &b);
    operations(&r, &b);
    containers(&r, &b);
    items(&r, &b);
    texts(&r, &b);
    flags(&b);
    corpus_authenticate();
    corpus_values();
    buffer_free(&b);
    return 0;
}
