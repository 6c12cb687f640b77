/* SPDX-License-Identifier: ISC */
/* conclave-verify(1): judges what a council publishes by its charter, without a node or a
 * network. */
#include "conclave/output.h"
#include "crypto/key.h"
#include "verifier/session.h"

#include <errno.h>
#include <locale.h>
#include <string.h>

enum { EXIT_HOLDS = 0, EXIT_DOES_NOT = 1, EXIT_USAGE = 2 };

int main(int argc, char **argv)
{
    struct options o;
    struct complaint why = {""};
    struct session s;
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
    if (session_begin(&s, &o, &why) != 0) {
        options_complain("%s", why.text);
        session_end(&s);
        return EXIT_DOES_NOT;
    }
    for (int i = 0; i < o.file_count; i++) {
        all = session_judge(&s, o.files[i], i == 0) && all;
    }
    all = session_compare(&s) && all;
    session_end(&s);
    if (!output_flush()) {
        options_complain("cannot write the output: %s", strerror(errno));
        return EXIT_DOES_NOT;
    }
    return all ? EXIT_HOLDS : EXIT_DOES_NOT;
}
