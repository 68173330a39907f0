#define _GNU_SOURCE /* strerrordesc_np */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int err_set(struct err *err, int code, const char *format, ...)
{
    va_list args;
    err->code = code;
    va_start(args, format);
    vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    return code;
}

static int errno_code(int errno_value)
{
    switch (errno_value) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case EAGAIN:
        return CM_EAGAIN;
    case ENOENT:
        return CM_ENOTFOUND;
    default:
        return CM_EIO;
    }
}

/* ": tail" after the first len bytes, cut where the room ends */
static void append_text(struct err *err, int len, const char *tail)
{
    if (len < 0 || (size_t)len >= sizeof(err->text) - 3)
        return;
    char *at = err->text + len;
    size_t room = sizeof(err->text) - (size_t)len - 3;
    size_t tail_len = strlen(tail) < room ? strlen(tail) : room;
    memcpy(at, ": ", 2);
    memcpy(at + 2, tail, tail_len);
    at[2 + tail_len] = '\0';
}

int err_errno(struct err *err, int errno_value, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    const char *reason = strerrordesc_np(errno_value);
    append_text(err, len, reason ? reason : "unknown error");
    return err->code = errno_code(errno_value);
}

int err_prefix(struct err *err, const char *format, ...)
{
    char old[ERR_TEXT_MAX];
    va_list args;
    memcpy(old, err->text, sizeof(old));
    va_start(args, format);
    int len = vsnprintf(err->text, sizeof(err->text), format, args);
    va_end(args);
    append_text(err, len, old);
    return err->code;
}

void diag_init(struct diag *d, struct arena *arena)
{
    memset(d, 0, sizeof(*d));
    d->arena = arena;
}

static void diag_add(struct diag *d, struct diag_item item, const char *what, const char *expected)
{
    if (d->len == DIAG_MAX)
        return;
    if (d->len == d->cap) {
        size_t cap = d->cap ? d->cap * 2 : 16;
        struct diag_item *grown = arena_new_array(d->arena, struct diag_item, cap);
        if (d->len)
            memcpy(grown, d->items, d->len * sizeof(*grown));
        d->items = grown;
        d->cap = cap;
    }
    item.file = arena_strdup(d->arena, item.file ? item.file : "");
    item.text = expected ? arena_printf(d->arena, "%s; expected %s", what, expected)
                         : arena_strdup(d->arena, what);
    d->items[d->len++] = item;
}

void diag_error(struct diag *d, const char *file, uint32_t line, uint32_t column, const char *what,
                const char *expected)
{
    d->errors++;
    diag_add(d, (struct diag_item){DIAG_ERROR, file, line, column, NULL}, what, expected);
}

void diag_warning(struct diag *d, const char *file, uint32_t line, uint32_t column, const char *what,
                  const char *expected)
{
    d->warnings++;
    diag_add(d, (struct diag_item){DIAG_WARNING, file, line, column, NULL}, what, expected);
}

struct diag_rank {
    struct diag_item item;
    size_t position;
};

static int diag_order(const void *left, const void *right)
{
    const struct diag_rank *a = left, *b = right;
    int files = strcmp(a->item.file, b->item.file);
    if (files)
        return files;
    if (a->item.line != b->item.line)
        return a->item.line < b->item.line ? -1 : 1;
    if (a->item.column != b->item.column)
        return a->item.column < b->item.column ? -1 : 1;
    return a->position < b->position ? -1 : 1;
}

void diag_sort(struct diag *d)
{
    if (d->len < 2)
        return;
    struct diag_rank *ranks = base_malloc(d->len * sizeof(*ranks));
    for (size_t i = 0; i < d->len; i++)
        ranks[i] = (struct diag_rank){d->items[i], i};
    qsort(ranks, d->len, sizeof(*ranks), diag_order);
    for (size_t i = 0; i < d->len; i++)
        d->items[i] = ranks[i].item;
    free(ranks);
}

const char *diag_format(struct diag *d, const struct diag_item *item)
{
    const char *kind = item->kind == DIAG_ERROR ? "error" : "warning";
    if (item->line && item->column)
        return arena_printf(d->arena, "%s:%u:%u: %s: %s", item->file, item->line, item->column, kind,
                            item->text);
    if (item->line)
        return arena_printf(d->arena, "%s:%u: %s: %s", item->file, item->line, kind, item->text);
    return arena_printf(d->arena, "%s: %s: %s", item->file, kind, item->text);
}
