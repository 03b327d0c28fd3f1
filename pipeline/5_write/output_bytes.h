/** An output that is built in memory first, such as a page or a picture. */
#ifndef TP_WRITE_OUTPUT_BYTES_H
#define TP_WRITE_OUTPUT_BYTES_H

#include "technopolis/text.h"

/** Writes the bytes beside `path` and gives them that name when they are all on the disk. TP_E_MACHINE with the reason. */
TP_NODISCARD tp_code tp_output_bytes_save(const char *path, const tp_text *bytes, tp_error *error);

#endif
