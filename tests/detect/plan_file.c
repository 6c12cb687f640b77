/* SPDX-License-Identifier: ISC */
#include "plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *const section_names[] = {[SECTION_HONEST] = "honest",
                                            [SECTION_FAULTY] = "faulty",
                                            [SECTION_SIZES] = "sizes",
                                            [SECTION_THRESHOLDS] = "thresholds"};
enum { SECTIONS = sizeof(section_names) / sizeof(section_names[0]) };

/* The counts of a score, in the order of the file. */
enum { COUNTS = 8 + MARKS };
static void counts_of(struct score *s, uint64_t *out[COUNTS])
{
    uint64_t *const all[] = {&s->councils, &s->decisions, &s->written, &s->seats,
                             &s->median,   &s->bounded,   &s->alarms,  &s->right};
    memcpy(out, all, sizeof(all));
    for (int m = 0; m < MARKS; m++) {
        out[COUNTS - MARKS + m] = &s->found[m];
    }
}

void plan_write(const struct plan *p, FILE *out)
{
    (void)fputs("# section label threshold value seats faulty councils decisions written "
                "faulty-seats median bounded\n# alarms right found-by-50 100 200 500 "
                "kinds=raised ...\n",
                out);
    for (size_t i = 0; i < p->count; i++) {
        struct row r = p->rows[i];
        uint64_t *counts[COUNTS];
        counts_of(&r.score, counts);
        (void)fprintf(out, "%s %s %s %" PRIu32 " %u %u", section_names[r.section], r.label,
                      r.threshold, r.value, r.seats, r.faulty);
        for (int c = 0; c < COUNTS; c++) {
            (void)fprintf(out, " %" PRIu64, *counts[c]);
        }
        for (int k = 1; k < FLAG_KIND_END; k++) {
            if (r.score.raised[k] > 0) {
                (void)fprintf(out, " %s=%" PRIu64, flag_kind_name((enum flag_kind)k),
                              r.score.raised[k]);
            }
        }
        (void)fputs("\n", out);
    }
}

static int section_of(const char *name)
{
    int s = 0;
    while (s < SECTIONS && strcmp(section_names[s], name) != 0) {
        s++;
    }
    return s;
}

bool plan_only(struct plan *p, const char *name)
{
    int only = section_of(name);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct row *r = &p->rows[i];
        if ((int)r->section == only || strcmp(r->label, name) == 0 ||
            strcmp(r->threshold, name) == 0) {
            p->rows[kept++] = *r;
        }
    }
    p->count = kept;
    return kept > 0;
}

/* --- reading --- */

/* kind=count */
static bool read_raised(char *word, struct score *s)
{
    char *equals = strchr(word, '=');
    if (equals == NULL) {
        return false;
    }
    *equals = '\0';
    int kind = flag_kind_of(slice_of_string(word));
    s->raised[kind] = strtoull(equals + 1, NULL, 10);
    return kind != 0;
}

static bool read_line(struct plan *p, char *line)
{
    char section[24], label[24], threshold[24];
    struct trial t = {0};
    uint32_t value;
    int used = 0;
    if (sscanf(line, "%23s %23s %23s %" SCNu32 " %" SCNu16 " %" SCNu16 "%n", section, label,
               threshold, &value, &t.seats, &t.faulty, &used) != 6 ||
        section_of(section) == SECTIONS) {
        return false;
    }
    struct row *r = plan_add(p, (enum section)section_of(section), label, &t);
    memcpy(r->threshold, threshold, sizeof(threshold));
    r->value = value;
    uint64_t *counts[COUNTS];
    counts_of(&r->score, counts);
    char *at = line + used;
    for (int c = 0; c < COUNTS; c++) {
        char *end;
        *counts[c] = strtoull(at, &end, 10);
        if (end == at) {
            return false;
        }
        at = end;
    }
    for (char *word = strtok(at, " \n"); word != NULL; word = strtok(NULL, " \n")) {
        if (!read_raised(word, &r->score)) {
            return false;
        }
    }
    return true;
}

void plan_read(struct plan *p, const char *path)
{
    char line[1024];
    FILE *in = fopen(path, "r");
    if (in == NULL) {
        perror(path);
        exit(EXIT_FAILURE);
    }
    for (unsigned number = 1; fgets(line, sizeof(line), in) != NULL; number++) {
        if (line[0] != '#' && !read_line(p, line)) {
            (void)fprintf(stderr,
                          "%s:%u: is no row of this table: make it again, make detect\n",
                          path, number);
            exit(EXIT_FAILURE);
        }
    }
    (void)fclose(in);
}
