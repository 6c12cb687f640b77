/* SPDX-License-Identifier: ISC */
/*
 * make detect: the detectors of src/patterns in synthetic councils.
 *   detect [--councils N] [--processes N] [--only ROWS] [--write FILE]
 *       runs, prints and keeps the counts. ROWS: honest, faulty, sizes or thresholds, a
 * kind of faulty seats, or a threshold detect --text FILE, detect --mdoc FILE prints the
 * counts of a file
 */
#include "cost.h"
#include "print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { COUNCILS = 25, PROCESSES = 2 };

static const char *option(int argc, char **argv, const char *name)
{
    for (int i = 1; i + 1 < argc; i++) {
        if (strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return NULL;
}

static unsigned number(int argc, char **argv, const char *name, unsigned otherwise)
{
    const char *text = option(argc, argv, name);
    unsigned long value =
        text != NULL && text[0] != '\0' ? strtoul(text, NULL, 10) : otherwise;
    if (value == 0 || value > 10000) {
        (void)fprintf(stderr, "detect: %s is a number from 1 to 10000\n", name);
        exit(EXIT_FAILURE);
    }
    return (unsigned)value;
}

static void keep(const struct plan *p, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    plan_write(p, out);
    if (fclose(out) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void print_cost(uint16_t seats)
{
    struct cost c = cost_of(seats);
    printf("%u seats, windows of 256: %" PRIu64 ".%" PRIu64 " us of processor time by "
           "decision, %" PRIu64 " KiB\n",
           seats, c.ns / 1000, c.ns % 1000 / 100, c.bytes / 1024);
}

int main(int argc, char **argv)
{
    struct plan p = {0};
    const char *text = option(argc, argv, "--text"), *mdoc = option(argc, argv, "--mdoc");
    const char *path = option(argc, argv, "--write"), *only = option(argc, argv, "--only");
    if (text != NULL || mdoc != NULL) {
        plan_read(&p, text != NULL ? text : mdoc);
        print_tables(&p, mdoc != NULL, stdout);
        plan_free(&p);
        return EXIT_SUCCESS;
    }
    plan_full(&p, number(argc, argv, "--councils", COUNCILS));
    if (only != NULL && !plan_only(&p, only)) {
        (void)fprintf(stderr, "detect: --only %s: no such row\n", only);
        return EXIT_FAILURE;
    }
    plan_run(&p, number(argc, argv, "--processes", PROCESSES));
    print_tables(&p, false, stdout);
    printf("\nWhat the detectors take\n\n");
    print_cost(33);
    print_cost(100);
    if (path != NULL) {
        keep(&p, path);
    }
    plan_free(&p);
    return EXIT_SUCCESS;
}
