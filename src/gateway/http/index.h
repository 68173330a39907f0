/* The index of a served folder, and the contents of its files in memory. See files.h for the whole.
 * Thread-safe. */
#ifndef CASEMATE_GATEWAY_HTTP_INDEX_H
#define CASEMATE_GATEWAY_HTTP_INDEX_H

#include "base/err.h"
#include "base/sv.h"

enum {
    INDEX_FILES_MAX = 400000,
    INDEX_DEPTH_MAX = 16,
    INDEX_TEXT_MAX =
        32 * 1024 * 1024, /* texts up to this size are kept in memory, and compressed */
    INDEX_OTHER_MAX = 4 * 1024 * 1024, /* other files */
    INDEX_GZIP_MIN = 256,              /* smaller texts are sent as they are */
    INDEX_ETAG_MAX = 48,
};

struct index_store; /* a folder, its present index, the memory limit */
struct index;       /* one state of the folder; counted references */
struct index_file;  /* one file of an index; lives as long as that */

/* CM_ENOTFOUND: no such folder; CM_EIO; CM_ELIMIT: too many files. cache: bytes of contents kept in
 * memory. */
CM_MUST_USE int index_store_open(const char *folder, size_t cache, struct index_store **out,
                                 struct err *err);
/* Markup that stands at the beginning of the body of each page, behind its <body> tag, as if it stood in the file.
 * Before the first index_acquire(). */
void index_store_set_bar(struct index_store *store, struct sv bar);
struct sv index_store_bar(const struct index_store *store);
/* All references must have been given back. NULL is fine. */
void index_store_free(struct index_store **store);
/* Reads the folder again when it has been replaced and 100 ms have passed since somebody looked.
 * When reading fails, the present index stays. */
void index_store_check(struct index_store *store);
/* Reads the folder again because `stale` (a reference held by the caller) does not describe it any
 * more; does nothing when somebody else has done so already. */
void index_store_refresh(struct index_store *store, const struct index *stale);

/* The present index; give it back with index_release (which fits http_response.release). */
struct index *index_acquire(struct index_store *store);
void index_release(void *index);
struct index_store *index_store_of(const struct index *index);

/* By path without a leading slash; NULL when there is no such file. */
struct index_file *index_find(const struct index *index, struct sv path);
struct sv index_file_path(const struct index_file *file);
const char *index_file_type(const struct index_file *file); /* for Content-Type */
bool index_file_is_page(const struct index_file *file);     /* HTML: it gets the bar */
bool index_file_is_text(const struct index_file *file);     /* worth compressing */
uint64_t index_file_size(const struct index_file *file);
/* Small enough for index_contents. */
bool index_file_in_memory(const struct index_file *file);

struct index_bytes {
    const char *at;
    size_t len;
    char etag[INDEX_ETAG_MAX];
};

/* The contents. *out_owned: not kept by the index; give back with index_bytes_release. Otherwise
 * they live as long as the index. NULL: the file is no longer what the index says
 * (index_store_refresh, and look again). */
const struct index_bytes *index_contents(struct index *index, struct index_file *file,
                                         bool *out_owned);
/* The same, compressed; NULL when that is not worth it, or there is no room to keep the result.
 * plain: of index_contents, not owned. */
const struct index_bytes *index_compressed(struct index *index, struct index_file *file,
                                           const struct index_bytes *plain);
void index_bytes_release(void *bytes);

/* For large files: a descriptor and an entity tag made from the file's inode, size and time. -1 as
 * NULL above. */
int index_open_file(struct index *index, struct index_file *file, char out_etag[INDEX_ETAG_MAX]);

#endif
