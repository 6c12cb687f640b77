/* SPDX-License-Identifier: ISC */
/* conclave-verify(1): judges proof bundles by a charter, without a node or a network. */
#include "verifier/options.h"
#include "verifier/report.h"

#include "base/alloc.h"
#include "charter/charter.h"
#include "conclave/files.h"
#include "conclave/output.h"
#include "crypto/key.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXIT_HOLDS = 0, EXIT_DOES_NOT = 1, EXIT_USAGE = 2 };

static void say(const struct judged *j, const struct options *o, bool first)
{
    if (o->json) {
        json_t *value = report_json(j);
        (void)json_dumpf(value, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
        (void)printf("\n");
        json_decref(value);
    } else if (o->quiet || j->unread != NULL) {
        bool holds = j->unread == NULL && j->report->holds;
        char *fault = holds ? NULL : report_fault(j);
        if (fault != NULL) {
            options_complain("%s", fault);
        }
        free(fault);
    } else {
        struct wishes wishes = {.text = o->text};
        (void)printf("%s", first ? "" : "\n");
        report_text(j, &wishes);
    }
}

static bool judge(const struct charter *charter, const char *file, const struct options *o,
                  bool first)
{
    static struct proof proof;
    struct verify_report report;
    struct complaint why = {""};
    struct bytes *bundle = NULL;
    const char *path = strcmp(file, "-") == 0 ? "/dev/stdin" : file;
    struct judged j = {.file = file, .charter = charter};
    if (file_read(path, PROOF_MAX, &bundle, &why) != 0) {
        j.unread = why.text;
        say(&j, o, first);
        return false;
    }
    verify_proof(charter, bytes_slice(bundle), &proof, &report);
    j.bytes = bundle->size;
    j.proof = &proof;
    j.report = &report;
    say(&j, o, first);
    proof_clear(&proof);
    bytes_unref(bundle);
    return report.holds;
}

int main(int argc, char **argv)
{
    struct options o;
    struct complaint why = {""};
    struct charter *charter = NULL;
    bool all = true;
    /* Only how characters are spelt: numbers and messages are the same everywhere. */
    if (setlocale(LC_CTYPE, "C.UTF-8") == NULL) {
        (void)setlocale(LC_CTYPE, "");
    }
    if (!options_parse(argc, argv, &o)) {
        return EXIT_USAGE;
    }
    if (key_library_init() != 0) {
        options_complain("libsodium does not start");
        return EXIT_DOES_NOT;
    }
    if (charter_load(o.charter, &charter, &why) != 0) {
        options_complain("%s", why.text);
        return EXIT_DOES_NOT;
    }
    for (int i = 0; i < o.file_count; i++) {
        all = judge(charter, o.files[i], &o, i == 0) && all;
    }
    charter_free(charter);
    if (!output_flush()) {
        options_complain("cannot write the output: %s", strerror(errno));
        return EXIT_DOES_NOT;
    }
    return all ? EXIT_HOLDS : EXIT_DOES_NOT;
}
