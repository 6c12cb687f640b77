/* SPDX-License-Identifier: ISC */
#include "patterns/detectors.h"

const struct detector *const detectors[] = {
    &detect_record, &detect_dissent, &detect_stamp,  &detect_changed,
    &detect_drift,  &detect_bloc,    &detect_copied, &detect_instructions,
};
const size_t detector_count = sizeof(detectors) / sizeof(detectors[0]);
