/* The twin of a published site: found, brought up to date, exchanged. */
#define _GNU_SOURCE /* renameat2, d_type */
#include "document/site_twin.h"

#include "base/fs.h"
#include "document/build.h"
#include "document/site_page.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TITLE "casemate-twin 1"
enum { STATE_MAX = 256 * 1024 * 1024, FOLDERS_MAX = 64, FOLDER_MODE = 0755 };

/* ---- files by path below an open folder ---- */

/* A path as text that ends with NUL; false when it is longer than the system allows. */
static bool path_text(struct sv path, char out[PATH_MAX])
{
    if (path.len == 0 || path.len >= PATH_MAX)
        return false;
    memcpy(out, path.at, path.len);
    out[path.len] = 0;
    return true;
}

/* Removes a file, and the folders that are empty then. */
static void remove_below(int folder, struct sv path)
{
    char name[PATH_MAX];
    if (!path_text(path, name))
        return;
    (void)!unlinkat(folder, name, 0);
    for (char *slash; (slash = strrchr(name, '/'));) {
        *slash = 0;
        if (unlinkat(folder, name, AT_REMOVEDIR) < 0)
            return;
    }
}

static bool make_folders_below(int folder, const char *path)
{
    char name[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        memcpy(name, path, (size_t)(slash - path));
        name[slash - path] = 0;
        if (mkdirat(folder, name, FOLDER_MODE) < 0 && errno != EEXIST)
            return false;
    }
    return true;
}

/* Makes the file behind a name in one folder that behind the same name in the other. */
static bool link_below(int from, int to, struct sv path)
{
    char name[PATH_MAX];
    if (!path_text(path, name) || (unlinkat(to, name, 0) < 0 && errno != ENOENT))
        return false;
    if (linkat(from, name, to, name, 0) == 0)
        return true;
    return errno == ENOENT && make_folders_below(to, name) && linkat(from, name, to, name, 0) == 0;
}

/* ---- whether the twin can be trusted ---- */

struct walk {
    const struct site *s;
    bool published; /* look at the files themselves; otherwise at what the folder says of them */
    bool good;      /* every file found is the one of the state */
    size_t found;
    char path[PATH_MAX];
};

static bool same_file(const struct site_old *old, const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_ino == old->inode && (uint64_t)st->st_size == old->size &&
           (uint64_t)st->st_mtim.tv_sec == old->seconds && (uint64_t)st->st_mtim.tv_nsec == old->nanoseconds;
}

static void visit_file(struct walk *w, int folder, const struct dirent *entry, size_t len)
{
    struct stat st;
    struct site_old *old = map_get(&w->s->old_files, sv_from(w->path, len));
    if (!old || !old->in_state) {
        w->good = false;
        return;
    }
    w->found++;
    if (w->published)
        old->altered = fstatat(folder, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !same_file(old, &st);
    if (w->published ? old->altered : entry->d_ino != old->inode)
        w->good = false;
}

/* fd is closed. len: of the path so far. */
static void visit_folder(struct walk *w, int fd, size_t len, int depth)
{
    DIR *folder = fd < 0 || depth > FOLDERS_MAX ? NULL : fdopendir(fd);
    if (!folder) {
        w->good = false;
        if (fd >= 0)
            close(fd);
        return;
    }
    for (struct dirent *entry; (entry = readdir(folder));) {
        size_t name = strlen(entry->d_name);
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (len + name + 2 > sizeof w->path) {
            w->good = false;
            continue;
        }
        memcpy(w->path + len, entry->d_name, name + 1);
        if (entry->d_type != DT_DIR) {
            visit_file(w, dirfd(folder), entry, len + name);
            continue;
        }
        w->path[len + name] = '/';
        visit_folder(w, openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC),
                     len + name + 1, depth + 1);
    }
    closedir(folder);
}

/* All files below a folder are those of the state, and all of the state are there. */
static bool is_as_in_state(const struct site *s, const char *folder, bool published, size_t count)
{
    struct walk w = {.s = s, .published = published, .good = true};
    visit_folder(&w, open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), 0, 0);
    return w.good && w.found == count;
}

/* ---- the state ---- */

static bool next_number(struct sv *line, uint64_t *out)
{
    ptrdiff_t blank = sv_find_char(*line, ' ');
    if (blank < 0 || !sv_to_u64(sv_from(line->at, (size_t)blank), UINT64_MAX / 4, out))
        return false;
    *line = sv_from_byte(*line, (size_t)blank + 1);
    return true;
}

static bool is_note(struct sv path)
{
    return sv_eq_str(path, SITE_MANIFEST) || sv_eq_str(path, SITE_FRAGMENTS);
}

/* "INODE SIZE SECONDS NANOSECONDS PATH": the file is in the manifest, or one of the two notes of the last run. */
static bool read_file_line(struct site *s, struct sv line)
{
    struct site_old file = {0};
    if (!next_number(&line, &file.inode) || !next_number(&line, &file.size) || !next_number(&line, &file.seconds) ||
        !next_number(&line, &file.nanoseconds))
        return false;
    struct site_old *old = map_get(&s->old_files, line);
    if (!old && is_note(line)) {
        old = arena_new(s->a, struct site_old);
        map_set(&s->old_files, line, old);
    }
    if (!old || old->in_state)
        return false;
    file.hex = old->hex;
    file.in_state = true;
    *old = file;
    return true;
}

static void forget_state(struct site *s)
{
    for (size_t i = 0; i < s->old_files.len; i++)
        ((struct site_old *)s->old_files.entries[i].value)->in_state = false;
}

/* False when there is none, or it is that of another folder. out_count: files in it. */
static bool read_state(struct site *s, size_t *out_count)
{
    struct err ignored = ERR_INIT;
    struct sv text, line;
    uint64_t device, inode;
    struct stat st;
    *out_count = 0;
    if (fs_read(s->a, s->twin.state, STATE_MAX, &text, &ignored) || fstat(s->old_fd, &st) < 0 ||
        !sv_next_line(&text, &line) || !sv_eq_str(line, TITLE) || !sv_next_line(&text, &line))
        return false;
    if (!next_number(&line, &device) || !sv_to_u64(line, UINT64_MAX, &inode) || st.st_dev != device ||
        st.st_ino != inode)
        return false;
    for (; sv_next_line(&text, &line); (*out_count)++) {
        if (!read_file_line(s, line)) {
            forget_state(s);
            return false;
        }
    }
    return *out_count > 0;
}

static void put_file_line(struct str *out, struct sv path, const struct site_old *f)
{
    str_addf(out, "%llu %llu %llu %llu ", (unsigned long long)f->inode, (unsigned long long)f->size,
             (unsigned long long)f->seconds, (unsigned long long)f->nanoseconds);
    str_add(out, path);
    str_add_char(out, '\n');
}

/* A line for a file of the site that is published now. */
static bool put_file(struct site *s, struct str *out, struct sv path)
{
    const struct site_old *old = map_get(&s->old_files, path);
    char name[PATH_MAX];
    struct stat st;
    if (old && old->in_state && !old->altered && old->kept) {
        put_file_line(out, path, old);
        return true;
    }
    if (!path_text(path, name) || fstatat(s->fresh_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    const struct site_old now = {.inode = st.st_ino, .size = (uint64_t)st.st_size,
                                 .seconds = (uint64_t)st.st_mtim.tv_sec, .nanoseconds = (uint64_t)st.st_mtim.tv_nsec};
    put_file_line(out, path, &now);
    return true;
}

static int write_state(struct site *s, struct err *err)
{
    struct str out = STR_INIT;
    struct stat st;
    struct sv text = str_sv(&s->manifest), line;
    bool good = fstat(s->fresh_fd, &st) == 0 && sv_next_line(&text, &line);
    if (good)
        str_addf(&out, TITLE "\n%llu %llu\n", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    while (good && sv_next_line(&text, &line))
        good = put_file(s, &out, sv_from_byte(line, DIGEST_HEX + 1));
    good = good && put_file(s, &out, SV(SITE_MANIFEST)) && put_file(s, &out, SV(SITE_FRAGMENTS));
    int rc = good ? fs_write(s->twin.state, str_sv(&out), false, err)
                  : err_errno(err, errno, "cannot look at the site");
    str_release(&out);
    return rc;
}

/* ---- open and close ---- */

static void name_parts(struct site *s, const char *to)
{
    const char *base = fs_base_name(to);
    s->twin.folder = arena_printf(s->a, "%.*s.%s.casemate-twin", (int)(base - to), to, base);
    s->twin.site = fs_join(s->a, s->twin.folder, "site");
    s->twin.state = fs_join(s->a, s->twin.folder, "state");
}

static bool lock(struct site *s)
{
    if (s->twin.lock >= 0)
        return true;
    int fd = open(s->twin.folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        s->twin.lock = fd;
    else if (fd >= 0)
        close(fd);
    return s->twin.lock >= 0;
}

static void remove_twin(struct site *s)
{
    struct err ignored = ERR_INIT;
    if (s->twin.lock >= 0)
        (void)!fs_remove_tree(s->twin.folder, &ignored);
}

void site_twin_open(struct site *s, const char *to)
{
    size_t count;
    s->twin = (struct site_twin){.lock = -1};
    name_parts(s, to);
    if (!lock(s))
        return;
    /* Both are looked at, so that a file that was altered is known even when the twin is not used. */
    bool known = s->old && read_state(s, &count), same = known && is_as_in_state(s, to, true, count);
    s->twin.in_use = same && is_as_in_state(s, s->twin.site, false, count);
    if (!s->twin.in_use)
        (void)!unlink(s->twin.state);
}

static void touch(struct site *s)
{
    if (!s->twin.touched)
        (void)!unlink(s->twin.state);
    s->twin.touched = true;
}

void site_twin_change(struct site *s, struct sv path)
{
    char name[PATH_MAX];
    struct site_old *old = map_get(&s->old_files, path);
    if (old)
        old->seen = true;
    *vec_push(s->a, &s->twin.changed) = arena_sv(s->a, path);
    if (!s->twin.in_use)
        return;
    touch(s);
    if (old && path_text(path, name))
        (void)!unlinkat(s->fresh_fd, name, 0);
}

void site_twin_abandon(struct site *s)
{
    struct err ignored = ERR_INIT;
    if (!s->twin.in_use)
        (void)!fs_remove_tree(s->fresh, &ignored);
    else if (s->twin.touched)
        remove_twin(s);
}

void site_twin_close(struct site *s)
{
    if (s->twin.lock >= 0)
        close(s->twin.lock);
    s->twin.lock = -1;
}

/* ---- the exchange ---- */

/* Files of the last run that are not in the new site. */
static void remove_gone(struct site *s, int folder)
{
    for (size_t i = 0; i < s->old_files.len; i++) {
        const struct site_old *old = s->old_files.entries[i].value;
        if (old->seen)
            continue;
        if (s->twin.in_use)
            touch(s);
        remove_below(folder, s->old_files.entries[i].key);
    }
}

/* Makes the folder of the last site, which is at twin.site now, the twin of the new one. */
static bool follow(struct site *s)
{
    struct stat was, is;
    if (fstat(s->old_fd, &was) < 0 || lstat(s->twin.site, &is) < 0 || was.st_dev != is.st_dev ||
        was.st_ino != is.st_ino) /* another run was faster; what is there is not the site we know */
        return false;
    remove_gone(s, s->old_fd);
    for (size_t i = 0; i < s->twin.changed.len; i++)
        if (!link_below(s->fresh_fd, s->old_fd, s->twin.changed.at[i]))
            return false;
    struct err ignored = ERR_INIT;
    return write_state(s, &ignored) == CM_OK;
}

/* The folder that was exchanged away becomes the twin when most of it is in the new site. */
static bool adopt(struct site *s)
{
    struct err ignored = ERR_INIT;
    bool made = s->out->kept > s->out->pages / 2 && fs_mkdirs(s->twin.folder, &ignored) == CM_OK && lock(s) &&
                fs_remove_tree(s->twin.site, &ignored) == CM_OK && rename(s->fresh, s->twin.site) == 0;
    return made && follow(s);
}

int site_twin_exchange(struct site *s, const char *to, struct err *err)
{
    struct err ignored = ERR_INIT;
    int rc;
    if (s->twin.in_use) {
        remove_gone(s, s->fresh_fd);
        if (!s->twin.touched)
            return CM_OK; /* nothing changed */
        if ((rc = fs_exchange_dirs(s->twin.site, to, err)))
            return rc;
        if (!follow(s))
            remove_twin(s);
        return CM_OK;
    }
    bool there;
    if ((rc = fs_put_dir(s->fresh, to, &there, err)))
        return rc;
    if (there && s->old && adopt(s))
        return CM_OK;
    (void)!fs_remove_tree(s->fresh, &ignored); /* it may be the twin by now */
    remove_twin(s);
    return CM_OK;
}
