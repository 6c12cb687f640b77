/* SPDX-License-Identifier: ISC */
/* Prints free ports for scripts: as many as the argument says, one a line. */
#include "conclave/ports.h"

#include <stdio.h>
#include <stdlib.h>

enum { PORTS_MAX = 64 };

int main(int argc, char **argv)
{
    uint16_t ports[PORTS_MAX];
    struct complaint why = {""};
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    if (count > PORTS_MAX || ports_find(ports, count, &why) != 0) {
        fprintf(stderr, "free_ports: %s\n", why.text);
        return EXIT_FAILURE;
    }
    for (size_t i = 0; i < count; i++) {
        printf("%u\n", (unsigned)ports[i]);
    }
    return EXIT_SUCCESS;
}
