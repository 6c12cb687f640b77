/* SPDX-License-Identifier: ISC */
/* Leaves three commits in the log of the store in the directory that is named. */
#include "leave_log.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct complaint why = {""};
    int error = argc == 2 ? leave_log(argv[1], 3, &why) : CONCLAVE_EINVAL;
    if (error != 0) {
        (void)fprintf(stderr, "%d %s\n", error, why.text);
    }
    return error == 0 ? 0 : 1;
}
