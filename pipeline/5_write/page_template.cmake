# cmake -DINPUT=template.html -DOUTPUT=page_template.c -P page_template.cmake: a file as a NUL-terminated C array.
file(READ ${INPUT} bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
file(WRITE ${OUTPUT} "#include \"5_write/page_template.h\"\n\nconst unsigned char TP_PAGE_TEMPLATE[] = {\n${bytes}0x00};\n")
