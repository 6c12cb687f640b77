/* SPDX-License-Identifier: ISC */
/* Answers for views that look at details, in place of a model: what a node would tell of
 * the proposals, flags and blocks of a scene that the fixture made. */
#ifndef CONCLAVE_TESTS_UI_DETAILS_H
#define CONCLAVE_TESTS_UI_DETAILS_H

#include "ui/model/model.h"

struct model *details_new(void);
void details_free(struct model *m);
/* The text of a JSON answer; no text: it was asked for and is not here yet. */
void details_put(struct model *m, enum detail_kind kind, const char *key, const char *json);
void details_put_json(struct model *m, enum detail_kind kind, const char *key,
                      json_t *value);
void details_refuse(struct model *m, enum detail_kind kind, const char *key,
                    const char *words);
/* An answer of the method proposal with everything in it, of what is not open yet, too: a
 * node that tells too much. hostile: texts that want to harm. */
void details_put_proposal(struct model *m, const struct scene *s,
                          const struct scene_proposal *p, bool hostile);
/* A block of so many envelopes with so many operations each. */
void details_put_block(struct model *m, const struct scene *s, uint64_t height,
                       unsigned envelopes, unsigned operations);

/* What was asked for, the newest last: "proposal 1f..", "page blocks", one a line. */
const char *details_wanted(const struct model *m);

#endif
