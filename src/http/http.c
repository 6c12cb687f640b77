/* SPDX-License-Identifier: ISC */
#define _GNU_SOURCE
#include "http/http.h"

#include "base/alloc.h"

#include <stdlib.h>

bool http_begin(void)
{
    (void)unsetenv("SSLKEYLOGFILE"); /* libcurl would write the session's secrets there */
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

void http_set_rules(CURL *easy, const char *ca)
{
    (void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075700
    /* Else a name server that does not answer is waited for beyond all time limits. */
    (void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
    (void)curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
#if LIBCURL_VERSION_NUM >= 0x075500
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    (void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS,
                           (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    (void)curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    (void)curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca != NULL) {
        (void)curl_easy_setopt(easy, CURLOPT_CAINFO, ca);
        (void)curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}

void http_add_header(struct curl_slist **headers, const char *line)
{
    struct curl_slist *more = curl_slist_append(*headers, line);
    if (more == NULL) {
        alloc_exhausted();
    }
    *headers = more;
}

uint64_t http_retry_after_ms(CURL *easy)
{
    curl_off_t seconds = 0;
    (void)curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    /* No pause is a century; the callers' bounds are lower. */
    return seconds <= 0          ? 0
           : seconds < INT32_MAX ? (uint64_t)seconds * 1000
                                 : (uint64_t)INT32_MAX * 1000;
}
