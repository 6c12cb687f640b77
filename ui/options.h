/* SPDX-License-Identifier: ISC */
/* The command line of conclave-console(1). */
#ifndef CONCLAVE_UI_OPTIONS_H
#define CONCLAVE_UI_OPTIONS_H

#include "ui/console/console.h"

/* As those of conclave(1). */
enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSE = 2, EXIT_GO_ON = -1 };

enum once_format { FORMAT_TEXT, FORMAT_JSON };

struct options {
    const char *sockets[COUNCILS_MAX];
    size_t socket_count;
    bool once, plain;
    enum once_format format;
    uint16_t rows, cols; /* 0: as the terminal has them */
    bool has_view;
    enum view_id view;
    bool alike; /* Pattern's second page */
    const char *record, *replay;
    double speed;
    bool ascii, mono, no_mouse, no_clock, readonly;
    const char *theme;
    const char *config;
};

/* EXIT_GO_ON, or the status to exit with after what was to be said. */
enum exit_status options_parse(struct options *o, int argc, char **argv);

/* "conclave-console: ..." on standard error, made safe for a terminal. */
void options_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
