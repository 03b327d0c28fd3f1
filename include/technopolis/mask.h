/** Passwords in the descriptions of databases, which must reach neither a file nor the terminal. */
#ifndef TECHNOPOLIS_MASK_H
#define TECHNOPOLIS_MASK_H

#include "technopolis/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A copy of a text (a connection, a message, a whole configuration) in which every password is `***`: the value of
 * `password=` or `sslpassword=` wherever it stands, quoted as libpq quotes it or not, and that of USER:PASSWORD@ in a
 * postgresql:// address. Other texts come back as they are. NULL: no memory. Caller frees. O(bytes).
 */
char *tp_masked(const char *text);

/** The same in place, for messages: what would become longer is cut at its end. */
void tp_mask(char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
