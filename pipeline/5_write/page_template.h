/** web/template.html as bytes, made into C by the build. NUL-terminated. */
#ifndef TP_WRITE_PAGE_TEMPLATE_H
#define TP_WRITE_PAGE_TEMPLATE_H

extern const unsigned char TP_PAGE_TEMPLATE[];

#endif
