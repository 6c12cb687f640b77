/* SPDX-License-Identifier: ISC */
/* Seats of the demo that a language model judges for, all at one endpoint: one that was
 * named, or a stand-in on this machine, which is no model and says so. */
#ifndef CONCLAVE_CONCLAVE_DEMO_MODELS_H
#define CONCLAVE_CONCLAVE_DEMO_MODELS_H

#include "conclave/children.h"
#include "conclave/command.h"
#include "conclave/demo_data.h"

struct demo_models {
    unsigned seats;       /* so many of the council's; 0: none */
    const char *endpoint; /* of --endpoint; NULL: the stand-in */
    const char *model;
    char *key; /* the file's path; NULL: no key */
    char *program;
    char *log;         /* of the stand-in, once it was started */
    char *url;         /* of the stand-in, once it listens */
    uint64_t until_ms; /* monotonic: when it should */
};

/* What the command line asks for, of a council of so many seats. False after a complaint.
 */
bool demo_models_parse(const struct command_line *line, unsigned seats,
                       struct demo_models *out);
/* Finds the evaluator, gives seats all over the council a profile, and writes into d by
 * whom they are judged. */
int demo_models_seat(struct demo_models *m, struct demo_data *d, struct complaint *why);
/* Starts the stand-in where one is needed; its log is in dir. */
int demo_models_start(struct demo_models *m, const struct demo_data *d, const char *dir,
                      struct children *children, struct complaint *why);
/* Whether the models can be asked; to be called until they can. CONCLAVE_EIO with a
 * complaint: a stand-in that was started does not listen in time. */
int demo_models_wait(struct demo_models *m, bool *ready, struct complaint *why);
/* The evaluator's command of a seat, for conclave-agent; NULL: no model judges for it. The
 * caller frees. */
char *demo_models_command(const struct demo_models *m, const json_t *seat);
void demo_models_free(struct demo_models *m);

#endif
