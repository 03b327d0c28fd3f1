/* SHA-256 by libcrypto, over files that GDAL's virtual file system opens: see technopolis/digest.h. */
#include "technopolis/digest.h"

#include <cpl_vsi.h>
#include <openssl/evp.h>
#include <stdlib.h>

static tp_code start(EVP_MD_CTX **context, tp_error *error) {
    *context = EVP_MD_CTX_new();
    if (*context == NULL) {
        return tp_error_memory(error);
    }
    if (EVP_DigestInit_ex(*context, EVP_sha256(), NULL) != 1) {
        return tp_error_set(error, TP_E_INTERNAL, "SHA-256 is not available in libcrypto");
    }
    return TP_OK;
}

static tp_code finish(EVP_MD_CTX *context, char hex[TP_DIGEST_SIZE], tp_error *error) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(context, digest, &size) != 1 || size != 32) {
        return tp_error_set(error, TP_E_INTERNAL, "SHA-256 failed in libcrypto");
    }
    static const char digits[] = "0123456789abcdef";
    for (unsigned int i = 0; i < size; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[2 * size] = '\0';
    return TP_OK;
}

tp_code tp_digest_bytes(const void *bytes, size_t size, char hex[TP_DIGEST_SIZE], tp_error *error) {
    EVP_MD_CTX *context = NULL;
    tp_code code = start(&context, error);
    if (code == TP_OK && EVP_DigestUpdate(context, bytes, size) != 1) {
        code = tp_error_set(error, TP_E_INTERNAL, "SHA-256 failed in libcrypto");
    }
    if (code == TP_OK) {
        code = finish(context, hex, error);
    }
    EVP_MD_CTX_free(context);
    return code;
}

static tp_code add_file(EVP_MD_CTX *context, const char *path, unsigned char *buffer, size_t size, tp_error *error) {
    VSILFILE *file = VSIFOpenL(path, "rb");
    if (file == NULL) {
        return tp_error_set(error, TP_E_DATA, "%s: cannot be read", path);
    }
    tp_code code = TP_OK;
    for (size_t got; (got = VSIFReadL(buffer, 1, size, file)) > 0;) {
        if (EVP_DigestUpdate(context, buffer, got) != 1) {
            code = tp_error_set(error, TP_E_INTERNAL, "SHA-256 failed in libcrypto");
            break;
        }
    }
    if (code == TP_OK && !VSIFEofL(file)) {
        code = tp_error_set(error, TP_E_DATA, "%s: cannot be read to its end", path);
    }
    VSIFCloseL(file);
    return code;
}

tp_code tp_digest_files(const char *const *paths, size_t n, char hex[TP_DIGEST_SIZE], tp_error *error) {
    enum { BUFFER_SIZE = 1 << 18 };
    unsigned char *buffer = malloc(BUFFER_SIZE);
    EVP_MD_CTX *context = NULL;
    tp_code code = buffer == NULL ? tp_error_memory(error) : start(&context, error);
    for (size_t i = 0; i < n && code == TP_OK; i++) {
        code = add_file(context, paths[i], buffer, BUFFER_SIZE, error);
    }
    if (code == TP_OK) {
        code = finish(context, hex, error);
    }
    EVP_MD_CTX_free(context);
    free(buffer);
    return code;
}
