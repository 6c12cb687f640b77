#!/bin/sh
# SPDX-License-Identifier: ISC
# A fixed slate of the simulator's seeds.
exec "${top_builddir:?}/tests/sim/conclave-sim" --seeds 1-110 --summary
