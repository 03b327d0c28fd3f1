/* "in this sample of 288 plants": see of_words.h. */
#include "of_words.h"

#include <stdio.h>

void tp_of_words(bool sample, int64_t n, const char *layer, char text[TP_OF_WORDS_SIZE]) {
    (void)snprintf(text, TP_OF_WORDS_SIZE, "%s %lld %s", sample ? "in this sample of" : "of all", (long long)n, layer);
}

void tp_sample_words(bool sample, int64_t n, const char *layer, char text[TP_OF_WORDS_SIZE]) {
    text[0] = '\0';
    if (sample) {
        (void)snprintf(text, TP_OF_WORDS_SIZE, " (in this sample of %lld %s)", (long long)n, layer);
    }
}
