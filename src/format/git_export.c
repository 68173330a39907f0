#include "format/git_export.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, LINE_BYTES_MAX = 64 << 10 };

void git_export_begin(struct git_export *g, int fd, size_t max)
{
    *g = (struct git_export){.fd = fd, .max = max, .buffer = STR_INIT, .blob = STR_INIT};
}

void git_export_release(struct git_export *g)
{
    str_release(&g->buffer);
    str_release(&g->blob);
}

/* ---- bytes ---- */

static int fill(struct git_export *g, struct err *err)
{
    char chunk[CHUNK];
    ssize_t got;
    do
        got = read(g->fd, chunk, sizeof chunk);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return err_errno(err, errno, "cannot read what git prints");
    g->ended = got == 0;
    struct str rest = STR_INIT;
    if (g->at) { /* what was read goes */
        str_add(&rest, sv_from_byte(str_sv(&g->buffer), g->at));
        str_release(&g->buffer);
        g->buffer = rest;
        g->at = 0;
    }
    str_add(&g->buffer, sv_from(chunk, (size_t)got));
    return CM_OK;
}

static struct sv left(const struct git_export *g)
{
    return sv_from_byte(str_sv(&g->buffer), g->at);
}

/* The next line, which stays where it is; *out_line.at NULL at the end. Valid until more is read. */
static int peek_line(struct git_export *g, struct sv *out_line, struct err *err)
{
    ptrdiff_t end;
    int rc = CM_OK;
    *out_line = (struct sv){NULL, 0};
    while (!rc && (end = sv_find_char(left(g), '\n')) < 0 && !g->ended) {
        if (left(g).len > LINE_BYTES_MAX)
            return err_set(err, CM_EINPUT, "git printed a line of more than %d bytes", LINE_BYTES_MAX);
        rc = fill(g, err);
    }
    if (rc || !left(g).len)
        return rc;
    end = sv_find_char(left(g), '\n');
    if (end < 0)
        return err_set(err, CM_EINPUT, "what git printed ends in the middle of a line");
    *out_line = sv_from(left(g).at, (size_t)end);
    return CM_OK;
}

static void drop_line(struct git_export *g, struct sv line)
{
    g->at += line.len + 1;
}

/* The bytes of "data COUNT"; to NULL, or beyond max, they are passed over. */
static int take_data(struct git_export *g, uint64_t count, struct str *to, struct err *err)
{
    bool kept = to && count <= g->max;
    while (count) {
        struct sv here = left(g);
        if (!here.len && g->ended)
            return err_set(err, CM_EINPUT, "what git printed ends in the middle of a message");
        if (!here.len) {
            int rc = fill(g, err);
            if (rc)
                return rc;
            continue;
        }
        here.len = here.len < count ? here.len : (size_t)count;
        if (kept)
            str_add(to, here);
        g->at += here.len;
        count -= here.len;
    }
    return CM_OK;
}

/* ---- commands ---- */

static bool takes(struct sv *line, const char *word)
{
    if (!sv_starts(*line, sv_str(word)))
        return false;
    *line = sv_from_byte(*line, strlen(word));
    return true;
}

static void copy_word(char *to, size_t room, struct sv word)
{
    snprintf(to, room, "%.*s", word.len < room ? (int)word.len : 0, word.at);
}

/* "data 12", whose line was dropped, in a blob or in a commit. */
static int read_data(struct git_export *g, struct sv number, bool in_blob, struct err *err)
{
    uint64_t count;
    if (!sv_to_u64(number, INT64_MAX, &count))
        return err_set(err, CM_EINPUT, "git printed data without its length");
    if (in_blob) {
        str_clear(&g->blob);
        g->has_blob = count <= g->max;
        g->blob_too_long = count > g->max;
    }
    return take_data(g, count, in_blob ? &g->blob : NULL, err);
}

/* "Ada <ada@example.org> 1700000000 +0100" */
static int64_t time_of(struct sv who)
{
    uint64_t time;
    size_t end = who.len;
    while (end && who.at[end - 1] != ' ')
        end--;
    struct sv rest = sv_trim(sv_from(who.at, end));
    size_t begin = rest.len;
    while (begin && rest.at[begin - 1] != ' ')
        begin--;
    return sv_to_u64(sv_from_byte(rest, begin), INT64_MAX, &time) ? (int64_t)time : 0;
}

/* "100644 :12 m": the newest blob, or one that was not printed. */
static void take_file(struct git_export *g, struct arena *a, struct sv rest, struct git_export_item *out)
{
    struct sv mode, ref;
    if (!sv_split(&rest, ' ', &mode) || !sv_split(&rest, ' ', &ref) || !rest.at)
        return;
    bool added = sv_eq_str(rest, "m"), removed = sv_eq_str(rest, "d");
    if (!added && !removed)
        return;
    bool newest = g->mark[0] && sv_eq_str(ref, g->mark);
    out->added = added;
    out->removed = removed;
    out->oid = arena_sv(a, newest ? sv_str(g->oid) : ref);
    out->too_long = added && newest && g->blob_too_long;
    out->has_bytes = added && newest && g->has_blob;
    if (out->has_bytes)
        out->bytes = arena_sv(a, str_sv(&g->blob));
}

static bool begins_another(struct sv line)
{
    return sv_eq_str(line, "blob") || sv_starts(line, SV("commit ")) || sv_starts(line, SV("reset ")) ||
           sv_starts(line, SV("tag ")) || sv_eq_str(line, "done");
}

static int read_commit(struct git_export *g, struct arena *a, struct git_export_item *out, struct err *err)
{
    struct sv line;
    int rc;
    while (!(rc = peek_line(g, &line, err)) && line.at && !begins_another(line)) {
        struct sv rest = line;
        drop_line(g, line);
        if (takes(&rest, "data "))
            rc = read_data(g, rest, false, err);
        else if (takes(&rest, "committer "))
            out->time = time_of(rest);
        else if (takes(&rest, "M "))
            take_file(g, a, rest, out);
        if (rc)
            break;
    }
    return rc ? rc : GIT_EXPORT_ITEM;
}

static int read_blob(struct git_export *g, struct err *err)
{
    struct sv line;
    int rc;
    g->mark[0] = g->oid[0] = '\0';
    g->has_blob = g->blob_too_long = false;
    while (!(rc = peek_line(g, &line, err)) && line.at && !begins_another(line)) {
        struct sv rest = line;
        drop_line(g, line);
        if (takes(&rest, "mark "))
            copy_word(g->mark, sizeof g->mark, rest);
        else if (takes(&rest, "original-oid "))
            copy_word(g->oid, sizeof g->oid, rest);
        else if (takes(&rest, "data "))
            rc = read_data(g, rest, true, err);
        if (rc)
            break;
    }
    return rc;
}

int git_export_next(struct git_export *g, struct arena *a, struct git_export_item *out, struct err *err)
{
    struct sv line;
    int rc;
    *out = (struct git_export_item){.bytes = SV_NONE, .oid = SV_NONE};
    while (!(rc = peek_line(g, &line, err)) && line.at) {
        bool blob = sv_eq_str(line, "blob"), commit = sv_starts(line, SV("commit "));
        drop_line(g, line);
        if (commit)
            return read_commit(g, a, out, err);
        if (blob && (rc = read_blob(g, err)))
            return rc;
    }
    return rc;
}
