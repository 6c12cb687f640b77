#!/bin/sh
# SPDX-License-Identifier: ISC
# program.sh PAGE INTERPRETER: the program that the page shows, as a reader copies it: from
# the line that names the interpreter to the end of the display, without its indentation.
mandoc -Tascii "$1" | awk -v first="#!$2" '
    !on && match($0, /^ */) && substr($0, RLENGTH + 1) == first { on = 1; depth = RLENGTH }
    !on { next }
    /^ *$/ { blank++; next }
    match($0, /^ */) && RLENGTH < depth { exit }
    { for (; blank > 0; blank--) print ""; print substr($0, depth + 1) }'
