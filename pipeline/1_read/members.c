/* Which files a read entry means: see members.h. */
#include "1_read/members.h"

#include "1_read/files.h"

#include <cpl_string.h>
#include <cpl_vsi.h>
#include <fnmatch.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_LISTED = 400 }; /* bytes of names in a message */

void tp_members_reset(tp_members *members) {
    for (size_t i = 0; i < members->n; i++) {
        free(members->items[i]);
    }
    free(members->items);
    *members = (tp_members){0};
}

static tp_code add(tp_members *members, const char *text, tp_error *error) {
    char **items = realloc(members->items, sizeof *items * (members->n + 1));
    char *copy = tp_text_copy(text);
    if (items != NULL) {
        members->items = items;
    }
    if (items == NULL || copy == NULL) {
        free(copy);
        return tp_error_memory(error);
    }
    members->items[members->n++] = copy;
    return TP_OK;
}

static int by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(tp_members *members) {
    if (members->n > 1) {
        qsort(members->items, members->n, sizeof *members->items, by_bytes);
    }
}

tp_code tp_members_match(const char *pattern, tp_members *members, tp_error *error) {
    glob_t found = {0};
    int failed = glob(pattern, GLOB_NOSORT, NULL, &found);
    tp_code code = failed == GLOB_NOSPACE ? tp_error_memory(error) : TP_OK;
    for (size_t i = 0; failed == 0 && code == TP_OK && i < found.gl_pathc; i++) {
        code = add(members, found.gl_pathv[i], error);
    }
    globfree(&found);
    sort(members);
    return code;
}

bool tp_members_is_container(const char *path) {
    struct stat status;
    bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode) && !tp_files_ends(path, "gdb");
    return is_folder || tp_files_ends(path, "zip");
}

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* A pattern with a / is for the end of the path, one without for the name. */
static bool fits(const char *pattern, const char *member) {
    const char *text = member;
    if (strstr(member, "__MACOSX") != NULL) {
        return false;
    }
    if (strchr(pattern, '/') == NULL) {
        text = base_name(member);
    }
    for (;;) {
        if (fnmatch(pattern, text, FNM_CASEFOLD | FNM_EXTMATCH) == 0) {
            return true;
        }
        const char *slash = strchr(text, '/');
        if (slash == NULL) {
            return false;
        }
        text = slash + 1;
    }
}

bool tp_members_in_utf8_folder(const char *member) {
    for (const char *at = member, *slash; (slash = strchr(at, '/')) != NULL; at = slash + 1) {
        size_t size = (size_t)(slash - at);
        if ((size == 5 && strncasecmp(at, "utf-8", 5) == 0) || (size == 4 && strncasecmp(at, "utf8", 4) == 0)) {
            return true;
        }
    }
    return false;
}

static tp_code choose(char **names, const char *pattern, tp_members *members, tp_error *error) {
    bool utf8_only = false;
    tp_code code = TP_OK;
    for (int i = 0; names[i] != NULL; i++) {
        utf8_only = utf8_only || (fits(pattern, names[i]) && tp_members_in_utf8_folder(names[i]));
    }
    for (int i = 0; names[i] != NULL && code == TP_OK; i++) {
        if (fits(pattern, names[i]) && (!utf8_only || tp_members_in_utf8_folder(names[i]))) {
            code = add(members, names[i], error);
        }
    }
    return code;
}

static void list_all(char **names, tp_text *all) {
    size_t left = 0;
    for (int i = 0; names != NULL && names[i] != NULL; i++) {
        bool folder = names[i][0] != '\0' && names[i][strlen(names[i]) - 1] == '/';
        if (!folder && all->size < MOST_LISTED) {
            tp_text_add(all, "%s%s", all->size == 0 ? "" : ", ", names[i]);
        } else {
            left += !folder;
        }
    }
    if (left > 0) {
        tp_text_add(all, " and %zu more", left);
    }
}

tp_code tp_members_choose(const char *path, const tp_product_texts *patterns, tp_members *members, tp_text *all,
                          tp_error *error) {
    char *folder = tp_files_ends(path, "zip") ? tp_text_format("/vsizip/{%s}", path) : tp_text_copy(path);
    if (folder == NULL) {
        return tp_error_memory(error);
    }
    char **names = VSIReadDirRecursive(folder);
    tp_code code = TP_OK;
    for (size_t i = 0; names != NULL && members->n == 0 && i < patterns->n && code == TP_OK; i++) {
        code = choose(names, patterns->items[i], members, error);
    }
    if (all != NULL) {
        list_all(names, all);
    }
    sort(members);
    CSLDestroy(names);
    free(folder);
    return code;
}

void tp_members_describe(const tp_product_texts *patterns, tp_text *text) {
    for (size_t i = 0; i < patterns->n; i++) {
        tp_text_add(text, "%s%s", i == 0 ? "" : ", ", patterns->items[i]);
    }
}
