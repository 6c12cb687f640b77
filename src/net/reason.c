/* SPDX-License-Identifier: ISC */
#include "net/net.h"

const char *net_down_reason_name(enum net_down_reason reason)
{
    switch (reason) {
    case NET_DOWN_CLOSED:
        return "closed";
    case NET_DOWN_TIMEOUT:
        return "timeout";
    case NET_DOWN_OVERFLOW:
        return "overflow";
    case NET_DOWN_BAD_FRAME:
        return "bad-frame";
    case NET_DOWN_REPLACED:
        return "replaced";
    case NET_DOWN_LOCAL:
        return "local";
    }
    return "unknown";
}
