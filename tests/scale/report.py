#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Tables and plots of what councils of several sizes do: `make bench-report`."""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import figures  # noqa: E402
import plots  # noqa: E402
import tables  # noqa: E402


def read(path):
    if path is None:
        return None
    try:
        return figures.load(path)
    except (OSError, ValueError) as error:
        sys.exit(f'report.py: {path}: {error}')


def put_page(path, lines):
    """Between two comments of the page."""
    begin, end = '.\\" figures begin\n', '.\\" figures end\n'
    with open(path, encoding='utf-8') as file:
        before, found, rest = file.read().partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        sys.exit(f'report.py: {path} has no place for figures')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(before + begin + lines + end + after)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--bench', metavar='FILE', help='JSON of the bench of real processes')
    p.add_argument('--scale', metavar='FILE', help='JSON of tests/scale/scale')
    p.add_argument('--lines', metavar='FILE', help='JSON of tests/scale/far')
    p.add_argument('--out', metavar='DIR', required=True, help='where everything is put')
    p.add_argument('--page', metavar='FILE',
                   help='a manual page whose figures are replaced by these')
    p.add_argument('--no-plots', action='store_true', help='the tables alone')
    options = p.parse_args()
    if options.bench is None and options.scale is None:
        p.error('--bench or --scale is needed')
    report = figures.Report(read(options.bench),
                            read(options.scale),
                            read(options.lines))
    try:
        os.makedirs(options.out, exist_ok=True)
        text = tables.text(report)
        with open(os.path.join(options.out, 'report.txt'), 'w', encoding='utf-8') as file:
            file.write(text)
        print(text)
        if options.page is not None:
            put_page(options.page, tables.mdoc(report))
        if not options.no_plots:
            plots.draw(report, options.out)
    except OSError as error:
        sys.exit(f'report.py: {error}')


if __name__ == '__main__':
    main()
