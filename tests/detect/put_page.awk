# SPDX-License-Identifier: ISC
# awk -f put_page.awk TABLES PAGE: the page with each table in the place of its last version.
# Both mark them by comments, .\" NAME: begin and .\" NAME: end.
/^\.\\" [a-z]*: begin$/ { name = $2 }
FNR == NR { tables[name] = tables[name] $0 "\n"; next }
/^\.\\" [a-z]*: begin$/ && name in tables { printf "%s", tables[name]; skip = 1 }
!skip { print }
/^\.\\" [a-z]*: end$/ { skip = 0 }
