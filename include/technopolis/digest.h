/** SHA-256 (FIPS 180-4) of files and texts, by OpenSSL's libcrypto. */
#ifndef TECHNOPOLIS_DIGEST_H
#define TECHNOPOLIS_DIGEST_H

#include "technopolis/error.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { TP_DIGEST_SIZE = 65 };

/** 64 lower-case hexadecimal digits and a NUL. */
TP_NODISCARD tp_code tp_digest_bytes(const void *bytes, size_t size, char hex[TP_DIGEST_SIZE], tp_error *error);

/** Of the contents of `n` files one after another, in the order given; a path may be any that GDAL opens (/vsizip/…). */
TP_NODISCARD tp_code tp_digest_files(const char *const *paths, size_t n, char hex[TP_DIGEST_SIZE], tp_error *error);

#ifdef __cplusplus
}
#endif

#endif
