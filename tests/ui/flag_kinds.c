/* SPDX-License-Identifier: ISC */
#include "flag_kinds.h"

#include "watch/flag.h"

bool flag_kind_at(unsigned i, struct flag_kind_told *out)
{
    enum flag_kind kind = (enum flag_kind)(i + 1);
    if (i + 1 >= FLAG_KIND_END) {
        return false;
    }
    *out = (struct flag_kind_told){.name = flag_kind_name(kind),
                                   .letter = flag_kind_letter(kind),
                                   .severity = flag_kind_severity(kind) - FLAG_NOTICE,
                                   .has_seat = flag_kind_has_seat(kind)};
    return true;
}

unsigned flag_text_most(void)
{
    return FLAG_TEXT_BYTES - 1;
}
