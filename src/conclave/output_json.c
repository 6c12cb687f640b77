/* SPDX-License-Identifier: ISC */
#include "conclave/output.h"

#include "control/control.h"

void output_json(const json_t *value)
{
    struct buffer line = {NULL, 0, 0};
    control_format(&line, value);
    (void)fwrite(line.data, 1, line.size, stdout);
    buffer_free(&line);
}
