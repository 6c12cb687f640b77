/* SPDX-License-Identifier: ISC */
#include "patterns/inside.h"

const struct detector *const detectors[] = {NULL};
const size_t detector_count = 0;
