/** How findings name the points on which they rest: a sample proves nothing absent, so every sentence says that it is one. */
#ifndef TP_MEASURE_OF_WORDS_H
#define TP_MEASURE_OF_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TP_OF_WORDS_SIZE = 300 };

/** "in this sample of 288 plants", or "of all 288 plants". */
void tp_of_words(bool sample, int64_t n, const char *layer, char text[TP_OF_WORDS_SIZE]);

/** " (in this sample of 288 plants)", or "" where the layer is complete. */
void tp_sample_words(bool sample, int64_t n, const char *layer, char text[TP_OF_WORDS_SIZE]);

#endif
