/* SPDX-License-Identifier: ISC */
/* The detectors of the files detect_*.c, for the table of detectors.c. */
#ifndef CONCLAVE_PATTERNS_DETECTORS_H
#define CONCLAVE_PATTERNS_DETECTORS_H

#include "patterns/inside.h"

extern const struct detector detect_record;
extern const struct detector detect_bloc;
extern const struct detector detect_changed;
extern const struct detector detect_dissent;
extern const struct detector detect_drift;
extern const struct detector detect_stamp;
extern const struct detector detect_copied;
extern const struct detector detect_instructions;

#endif
