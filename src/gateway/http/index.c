#define _GNU_SOURCE /* O_PATH and friends */
#include "gateway/http/index.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "base/arena.h"
#include "base/digest.h"
#include "base/library.h"
#include "base/map.h"
#include "base/sodium.h"
#include "base/utf8.h"

#define ZLIB_FUNCTIONS(X)                                                                                              \
    X(deflate)                                                                                                         \
    X(deflateBound)                                                                                                    \
    X(deflateEnd)                                                                                                      \
    X(deflateInit2_)
LIBRARY_TABLE(zlib, ZLIB_FUNCTIONS);
LIBRARY(static, zlib, LIBRARY_Z, ZLIB_FUNCTIONS)

enum { CHECK_MS = 100, LOAD_TRIES = 5, GZIP_LEVEL = 5 };

/* What makes a file or folder the same one, hard links included (so not its ctime). */
struct identity {
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec time;
};

/* Contents shared by the indexes that know the same file. */
struct contents {
    struct index_bytes bytes; /* first: handed out */
    atomic_uint references;
    struct index_store *store; /* where its size is counted; NULL: nowhere */
    size_t size;
    char data[];
};

struct index_file {
    struct sv path;
    const char *type;
    bool text;
    struct identity identity;
    _Atomic(struct contents *) plain, gzip;
};

struct index {
    atomic_uint references;
    struct index_store *store;
    struct arena arena;
    struct map files; /* path to struct index_file */
    int folder;
    struct identity identity;
};

struct index_store {
    char *folder;
    size_t limit;
    char *bar;
    size_t bar_len;
    atomic_size_t used;
    atomic_int_least64_t checked; /* monotonic ms */
    pthread_mutex_t reading;      /* held by whoever makes a new index */
    pthread_mutex_t lock;         /* guards `present` */
    struct index *present;
};

/* --- contents
 * ------------------------------------------------------------------------------------------------
 */

static bool contents_count(struct index_store *store, size_t size)
{
    size_t used = atomic_load(&store->used);
    do {
        if (size > store->limit || used > store->limit - size)
            return false;
    } while (!atomic_compare_exchange_weak(&store->used, &used, used + size));
    return true;
}

static struct contents *contents_new(struct index_store *store, size_t len)
{
    struct contents *c = base_malloc(sizeof(*c) + len + 1);
    memset(c, 0, sizeof(*c));
    c->bytes.at = c->data;
    c->bytes.len = len;
    c->size = sizeof(*c) + len + 1;
    c->data[len] = '\0';
    atomic_init(&c->references, 1);
    if (contents_count(store, c->size))
        c->store = store;
    return c;
}

static void contents_release(struct contents *c)
{
    if (!c || atomic_fetch_sub(&c->references, 1) != 1)
        return;
    if (c->store)
        atomic_fetch_sub(&c->store->used, c->size);
    free(c);
}

void index_bytes_release(void *bytes)
{
    contents_release(bytes);
}

/* Puts c into an empty slot; the loser of a race gives way to the winner. */
static struct contents *contents_keep(_Atomic(struct contents *) *slot, struct contents *c)
{
    struct contents *there = NULL;
    if (atomic_compare_exchange_strong(slot, &there, c))
        return c;
    contents_release(c);
    return there;
}

/* --- files
 * ---------------------------------------------------------------------------------------------------
 */

static const char *type_of(struct sv path, bool *out_text)
{
    static const struct {
        const char *ending, *type;
        bool text;
    } types[] = {
        {".html", "text/html; charset=utf-8", true},
        {".css", "text/css; charset=utf-8", true},
        {".stix.json", "application/stix+json;version=2.1", true},
        {".json", "application/json; charset=utf-8", true},
        {".yaml", "application/yaml; charset=utf-8", true},
        {".xml", "application/xml; charset=utf-8", true},
        {".dtd", "application/xml-dtd; charset=utf-8", true},
        {".ent", "application/xml-external-parsed-entity; charset=utf-8", true},
        {".atom", "application/atom+xml; charset=utf-8", true},
        {".txt", "text/plain; charset=utf-8", true},
        {".md", "text/markdown; charset=utf-8", true},
        {".csv", "text/csv; charset=utf-8", true},
        {".tsv", "text/tab-separated-values; charset=utf-8", true},
        {".svg", "image/svg+xml; charset=utf-8", true},
        {".js", "text/javascript; charset=utf-8", true},
        {".jsonl", "application/jsonl; charset=utf-8", true},
        {".pdf", "application/pdf", false},
        {".png", "image/png", false},
        {".jpg", "image/jpeg", false},
        {".webp", "image/webp", false},
        {".ico", "image/x-icon", false},
        {".woff2", "font/woff2", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        if (sv_ends(path, sv_str(types[i].ending))) {
            *out_text = types[i].text;
            return types[i].type;
        }
    }
    *out_text = false;
    return "application/octet-stream";
}

static struct identity identity_of(const struct stat *st)
{
    return (struct identity){st->st_dev, st->st_ino, st->st_size, st->st_mtim};
}

static bool identity_eq(const struct identity *a, const struct identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->time.tv_sec == b->time.tv_sec && a->time.tv_nsec == b->time.tv_nsec;
}

struct sv index_file_path(const struct index_file *file)
{
    return file->path;
}

const char *index_file_type(const struct index_file *file)
{
    return file->type;
}

bool index_file_is_page(const struct index_file *file)
{
    return sv_starts(sv_str(file->type), SV("text/html"));
}

bool index_file_is_text(const struct index_file *file)
{
    return file->text;
}

uint64_t index_file_size(const struct index_file *file)
{
    return (uint64_t)file->identity.size;
}

bool index_file_in_memory(const struct index_file *file)
{
    return index_file_size(file) <= (file->text ? INDEX_TEXT_MAX : INDEX_OTHER_MAX);
}

/* Opens below the folder, part by part, following no link; -1 when it is not there or not what the
 * index says. */
static int open_below(const struct index *index, const struct index_file *file)
{
    const char *rest = file->path.at; /* NUL-terminated in the arena */
    int at = index->folder;
    for (const char *slash; (slash = strchr(rest, '/')) && at >= 0; rest = slash + 1) {
        char part[NAME_MAX + 1];
        size_t len =
            (size_t)(slash - rest) < sizeof(part) ? (size_t)(slash - rest) : sizeof(part) - 1;
        memcpy(part, rest, len);
        part[len] = '\0';
        int next = openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (at != index->folder)
            close(at);
        at = next;
    }
    if (at < 0)
        return -1;
    int fd = openat(at, rest, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (at != index->folder)
        close(at);
    return fd;
}

static int open_same(const struct index *index, const struct index_file *file)
{
    struct stat st;
    int fd = open_below(index, file);
    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        struct identity now = identity_of(&st);
        if (identity_eq(&now, &file->identity))
            return fd;
    }
    close(fd);
    return -1;
}

int index_open_file(struct index *index, struct index_file *file, char out_etag[INDEX_ETAG_MAX])
{
    snprintf(out_etag, INDEX_ETAG_MAX, "\"%" PRIx64 "-%" PRIx64 "-%" PRIx64 "\"",
             (uint64_t)file->identity.inode, (uint64_t)file->identity.size,
             (uint64_t)file->identity.time.tv_sec * 1000000000u +
                 (uint64_t)file->identity.time.tv_nsec);
    return open_same(index, file);
}

static void name_contents(struct contents *c, struct sv plain, const char *suffix)
{
    struct digest d = digest_of(plain);
    size_t at = 0;
    c->bytes.etag[at++] = '"';
    for (size_t i = 0; i < 16; i++, at += 2)
        snprintf(c->bytes.etag + at, 3, "%02x", d.bytes[i]);
    snprintf(c->bytes.etag + at, sizeof(c->bytes.etag) - at, "%s\"", suffix);
}

static bool read_whole(int fd, char *out, size_t len)
{
    size_t done = 0;
    while (done < len) {
        ssize_t got = read(fd, out + done, len - done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    return done == len;
}

/* Puts the bar behind the <body> tag of a page that stands behind room for it. */
static void put_bar(struct contents *c, struct sv bar, struct sv page)
{
    ptrdiff_t tag = sv_find(page, SV("<body")), end = tag < 0 ? -1 : sv_find_char(sv_from_byte(page, (size_t)tag), '>');
    size_t before = end < 0 ? page.len : (size_t)(tag + end) + 1;
    memmove(c->data, page.at, before);
    if (end < 0)
        c->bytes.len = page.len;
    else
        memcpy(c->data + before, bar.at, bar.len);
}

static struct contents *read_contents(struct index *index, struct index_file *file)
{
    int fd = open_same(index, file);
    if (fd < 0)
        return NULL;
    size_t len = (size_t)file->identity.size;
    struct sv bar = index_file_is_page(file) ? index_store_bar(index->store) : SV_NONE;
    struct contents *c = contents_new(index->store, bar.len + len);
    bool whole = read_whole(fd, c->data + bar.len, len);
    close(fd);
    if (!whole) {
        contents_release(c);
        return NULL;
    }
    if (bar.len)
        put_bar(c, bar, sv_from(c->data + bar.len, len));
    name_contents(c, sv_from(c->data, c->bytes.len), "");
    return c;
}

const struct index_bytes *index_contents(struct index *index, struct index_file *file,
                                         bool *out_owned)
{
    struct contents *c = atomic_load(&file->plain);
    *out_owned = false;
    if (!c) {
        c = read_contents(index, file);
        if (c && c->store)
            c = contents_keep(&file->plain, c);
        else
            *out_owned = c != NULL;
    }
    return c ? &c->bytes : NULL;
}

static struct contents *compress_contents(struct index_store *store,
                                          const struct index_bytes *plain)
{
    z_stream z = {0};
    if (zlib()->deflateInit2_(&z, GZIP_LEVEL, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                              (int)sizeof(z)) != Z_OK)
        return NULL;
    uLong bound = zlib()->deflateBound(&z, (uLong)plain->len);
    unsigned char *out = base_malloc(bound);
    z.next_in = (unsigned char *)(uintptr_t)plain->at;
    z.avail_in = (uInt)plain->len; /* at most INDEX_TEXT_MAX */
    z.next_out = out;
    z.avail_out = (uInt)bound;
    int result = zlib()->deflate(&z, Z_FINISH);
    size_t len = bound - z.avail_out;
    zlib()->deflateEnd(&z);
    struct contents *c = NULL;
    if (result == Z_STREAM_END) {
        if (len >= plain->len)
            len = 0; /* an empty entry remembers that it is not worth it */
        c = contents_new(store, len);
        memcpy(c->data, out, len);
        name_contents(c, sv_from(plain->at, plain->len), "-gz");
    }
    free(out);
    return c;
}

const struct index_bytes *index_compressed(struct index *index, struct index_file *file,
                                           const struct index_bytes *plain)
{
    if (!file->text || plain->len < INDEX_GZIP_MIN)
        return NULL;
    struct contents *c = atomic_load(&file->gzip);
    if (!c) {
        c = compress_contents(index->store, plain);
        if (c && !c->store) {
            contents_release(c);
            c = NULL;
        }
        if (c)
            c = contents_keep(&file->gzip, c);
    }
    return c && c->bytes.len ? &c->bytes : NULL;
}

/* --- indexes
 * -------------------------------------------------------------------------------------------------
 */

static void index_free(struct index *index)
{
    for (size_t i = 0; i < index->files.len; i++) {
        struct index_file *file = index->files.entries[i].value;
        contents_release(atomic_load(&file->plain));
        contents_release(atomic_load(&file->gzip));
    }
    if (index->folder >= 0)
        close(index->folder);
    arena_release(&index->arena);
    free(index);
}

void index_release(void *pointer)
{
    struct index *index = pointer;
    if (atomic_fetch_sub(&index->references, 1) == 1)
        index_free(index);
}

struct index *index_acquire(struct index_store *store)
{
    pthread_mutex_lock(&store->lock);
    struct index *index = store->present;
    atomic_fetch_add(&index->references, 1);
    pthread_mutex_unlock(&store->lock);
    return index;
}

struct index_file *index_find(const struct index *index, struct sv path)
{
    return map_get(&index->files, path);
}

static void add_file(struct index *index, const char *prefix, const char *name,
                     const struct stat *st)
{
    struct index_file *file = arena_new(&index->arena, struct index_file);
    file->path = sv_str(arena_printf(&index->arena, "%s%s", prefix, name));
    file->type = type_of(file->path, &file->text);
    file->identity = identity_of(st);
    map_set(&index->files, file->path, file);
}

static int walk(struct index *index, int fd, const char *prefix, unsigned depth, struct err *err);

static int walk_entry(struct index *index, int fd, const char *prefix, const char *name,
                      unsigned depth, struct err *err)
{
    struct stat st;
    if (name[0] == '.' || !utf8_valid(sv_str(name), NULL))
        return CM_OK;
    if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) <
        0) /* gone already: the folder is being replaced */
        return errno == ENOENT ? CM_OK : err_errno(err, errno, "cannot read %s%s", prefix, name);
    if (S_ISREG(st.st_mode) && st.st_size >= 0) {
        if (index->files.len == INDEX_FILES_MAX)
            return err_set(err, CM_ELIMIT, "the site has more than %d files", INDEX_FILES_MAX);
        add_file(index, prefix, name, &st);
        return CM_OK;
    }
    if (!S_ISDIR(st.st_mode))
        return CM_OK;
    if (depth == INDEX_DEPTH_MAX)
        return err_set(err, CM_ELIMIT, "%s%s: folders are nested more than %d deep", prefix, name,
                       INDEX_DEPTH_MAX);
    int below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (below < 0)
        return errno == ENOENT ? CM_OK : err_errno(err, errno, "cannot read %s%s", prefix, name);
    return walk(index, below, arena_printf(&index->arena, "%s%s/", prefix, name), depth + 1, err);
}

/* Takes fd over. */
static int walk(struct index *index, int fd, const char *prefix, unsigned depth, struct err *err)
{
    DIR *dir = fdopendir(fd);
    if (!dir) {
        int result = err_errno(err, errno, "cannot read the folder %s", prefix);
        close(fd);
        return result;
    }
    int result = CM_OK;
    struct dirent *entry;
    while (result == CM_OK && (entry = readdir(dir)))
        result = walk_entry(index, dirfd(dir), prefix, entry->d_name, depth, err);
    closedir(dir);
    return result;
}

static struct index *index_new(struct index_store *store)
{
    struct index *index = base_malloc(sizeof(*index));
    memset(index, 0, sizeof(*index));
    atomic_init(&index->references, 1);
    index->store = store;
    index->folder = -1;
    arena_init(&index->arena);
    map_init(&index->files, &index->arena);
    return index;
}

static int index_read(struct index_store *store, struct index **out, struct err *err)
{
    struct index *index = index_new(store);
    struct stat st;
    int result = CM_OK, copy = -1;
    index->folder = open(store->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (index->folder < 0 || fstat(index->folder, &st) < 0 ||
        (copy = openat(index->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        result = err_errno(err, errno, "cannot serve the folder %s", store->folder);
    if (result == CM_OK) {
        index->identity = identity_of(&st);
        result = walk(index, copy, "", 0, err);
    }
    if (result == CM_OK)
        *out = index;
    else
        index_free(index);
    return result;
}

static bool is_current(const struct index *index)
{
    struct stat st;
    if (stat(index->store->folder, &st) < 0)
        return false;
    struct identity now = identity_of(&st);
    return identity_eq(&now, &index->identity);
}

/* Reads until nobody replaced the folder meanwhile. */
static int index_read_steady(struct index_store *store, struct index **out, struct err *err)
{
    int result;
    for (int tries = 1; (result = index_read(store, out, err)) == CM_OK; tries++) {
        if (is_current(*out) || tries == LOAD_TRIES)
            break;
        index_free(*out);
    }
    return result;
}

static void take_over(struct index *fresh, const struct index *old)
{
    for (size_t i = 0; i < fresh->files.len; i++) {
        struct index_file *file = fresh->files.entries[i].value;
        struct index_file *before = index_find(old, file->path);
        if (!before || !identity_eq(&before->identity, &file->identity))
            continue;
        struct contents *plain = atomic_load(&before->plain), *gzip = atomic_load(&before->gzip);
        if (plain)
            atomic_fetch_add(&plain->references, 1);
        if (gzip)
            atomic_fetch_add(&gzip->references, 1);
        atomic_init(&file->plain, plain);
        atomic_init(&file->gzip, gzip);
    }
}

/* Puts a new index in the place of `old`. The caller holds `reading`, so nobody else does. */
static void replace_index(struct index_store *store, struct index *old)
{
    struct index *fresh;
    struct err err = ERR_INIT;
    if (index_read_steady(store, &fresh, &err) != CM_OK)
        return;
    take_over(fresh, old);
    pthread_mutex_lock(&store->lock);
    store->present = fresh;
    pthread_mutex_unlock(&store->lock);
    index_release(old); /* the store's own reference */
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void index_store_check(struct index_store *store)
{
    int64_t now = now_ms(), before = atomic_load(&store->checked);
    if (now - before < CHECK_MS || !atomic_compare_exchange_strong(&store->checked, &before, now))
        return;
    if (pthread_mutex_trylock(&store->reading) != 0)
        return;
    struct index *old = index_acquire(store);
    if (!is_current(old))
        replace_index(store, old);
    index_release(old);
    pthread_mutex_unlock(&store->reading);
}

void index_store_refresh(struct index_store *store, const struct index *stale)
{
    pthread_mutex_lock(&store->reading);
    struct index *old = index_acquire(store);
    if (old == stale)
        replace_index(store, old);
    index_release(old);
    pthread_mutex_unlock(&store->reading);
}

int index_store_open(const char *folder, size_t cache, struct index_store **out, struct err *err)
{
    struct index_store *store = base_malloc(sizeof(*store));
    size_t len = strlen(folder) + 1;
    memset(store, 0, sizeof(*store));
    (void)zlib(); /* a confined server cannot read libraries */
    (void)sodium();
    store->folder = base_malloc(len);
    memcpy(store->folder, folder, len);
    store->limit = cache;
    atomic_init(&store->checked, now_ms());
    pthread_mutex_init(&store->reading, NULL);
    pthread_mutex_init(&store->lock, NULL);
    int result = index_read_steady(store, &store->present, err);
    *out = store;
    if (result != CM_OK)
        index_store_free(out);
    return result;
}

void index_store_set_bar(struct index_store *store, struct sv bar)
{
    free(store->bar);
    store->bar = base_malloc(bar.len + 1);
    if (bar.len)
        memcpy(store->bar, bar.at, bar.len);
    store->bar_len = bar.len;
}

struct index_store *index_store_of(const struct index *index)
{
    return index->store;
}

struct sv index_store_bar(const struct index_store *store)
{
    return sv_from(store->bar, store->bar_len);
}

void index_store_free(struct index_store **pointer)
{
    struct index_store *store = *pointer;
    if (!store)
        return;
    if (store->present)
        index_release(store->present);
    pthread_mutex_destroy(&store->reading);
    pthread_mutex_destroy(&store->lock);
    free(store->bar);
    free(store->folder);
    free(store);
    *pointer = NULL;
}
