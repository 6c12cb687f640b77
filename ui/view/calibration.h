/* SPDX-License-Identifier: ISC */
/* How well the confidence of a seat's ballots fits how often it is with the outcome. */
#ifndef CONCLAVE_UI_VIEW_CALIBRATION_H
#define CONCLAVE_UI_VIEW_CALIBRATION_H

#include "ui/view/view.h"

/* A seat's tally of a period; NULL: nothing is known. */
const struct vote_tally *calibration_tally(const struct scene *s, uint16_t seat,
                                           enum period period);
/* Confidence less agreement in thousandths, more than 0 where it is too sure; INT32_MIN:
 * not known. */
int32_t calibration_gap(const struct vote_tally *t);
/* "78%", "+13", ".142": "?" where it is not known. At least 8 bytes. */
void words_share(char *out, size_t size, uint16_t permille);
void words_gap(char *out, size_t size, int32_t gap);
void words_brier(char *out, size_t size, uint16_t brier);
/* "sure 78% with 91% Brier .142". Appends. */
void calibration_put(struct buffer *out, const struct scene *s, uint16_t seat,
                     enum period period);
/* The worst first, by the gap either way, or by the Brier score; unknown ones last. */
int calibration_compare_gap(const struct scene *s, uint16_t a, uint16_t b);
int calibration_compare_brier(const struct scene *s, uint16_t a, uint16_t b);

#endif
