/* SPDX-License-Identifier: ISC */
/* What holds of a model and its scenes, whatever a node said. */
#ifndef CONCLAVE_TESTS_UI_MODEL_CHECK_H
#define CONCLAVE_TESTS_UI_MODEL_CHECK_H

#include "ui/model/model.h"

/* NULL when all is well, else what is wrong. */
const char *scene_check(const struct scene *s);
/* Also its past scenes, its requests, which it takes, and its bounds. */
const char *model_check(struct model *m);

#endif
