/* SPDX-License-Identifier: ISC */
#include "base/error.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

const char *error_text(int error)
{
    if (error == 0) {
        return "no error";
    }
    switch ((enum conclave_error)error) {
    case CONCLAVE_EINVAL:
        return "invalid argument";
    case CONCLAVE_ELIMIT:
        return "over a limit";
    case CONCLAVE_EFORMAT:
        return "malformed";
    case CONCLAVE_ECANON:
        return "not deterministically encoded";
    case CONCLAVE_ETRAILING:
        return "trailing bytes";
    case CONCLAVE_ETEXT:
        return "forbidden text";
    case CONCLAVE_ESIG:
        return "bad signature";
    case CONCLAVE_ESEAT:
        return "wrong seat";
    case CONCLAVE_EIO:
        return "input/output error";
    case CONCLAVE_EFULL:
        return "full";
    case CONCLAVE_ENOENT:
        return "not found";
    case CONCLAVE_EEXIST:
        return "exists already";
    case CONCLAVE_EPERM:
        return "not permitted";
    case CONCLAVE_ECORRUPT:
        return "stored data is corrupt";
    case CONCLAVE_ESTATE:
        return "not in this state";
    case CONCLAVE_EAGAIN:
        return "try again";
    case CONCLAVE_ECLOSED:
        return "closed";
    case CONCLAVE_EVERSION:
        return "other version";
    }
    return "unknown error";
}

int complain(struct complaint *c, int error, const char *format, ...)
{
    if (c != NULL) {
        va_list args;
        va_start(args, format);
        int length = vsnprintf(c->text, sizeof(c->text), format, args);
        va_end(args);
        if (length >= (int)sizeof(c->text)) {
            c->text[text_whole(slice_of_string(c->text))] = '\0';
        }
    }
    return error;
}
