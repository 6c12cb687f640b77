/* SPDX-License-Identifier: ISC */
#ifndef CONCLAVE_UI_NOW_H
#define CONCLAVE_UI_NOW_H

#include <stdint.h>

/* The time of day, since 1970, that does not go back or forth with small corrections of the
 * system's clock; it follows where that was set anew, or the machine slept. */
uint64_t now_ms(void);

#endif
