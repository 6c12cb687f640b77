#!/bin/sh
# SPDX-License-Identifier: ISC
# print.sh FORMAT: prints that and nothing else.
printf "$1"
