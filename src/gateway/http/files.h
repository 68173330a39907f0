/* A published folder as an answering function.
 *
 * The folder is read once into an index of paths; only what stands in the index is served, by exact
 * path, so no request can name anything else: there is no way out of the folder by construction.
 * Files are opened below the folder's own descriptor, without following links, and must still be
 * what the index says. Hidden names (".x") and symbolic links are not in it. "/" and "/dir/" give
 * index.html; "/dir" is sent on to "/dir/"; anything else unknown gives 404.html with status 404.
 *
 * Contents come into memory when first asked for, with their digest (ETag) and compressed form, up
 * to a limit; beyond it, and for large files, they are read for each request. When the folder is
 * replaced by another (its inode or time changes; looked at every 100 ms at most, on request), a
 * new index takes the place of the old one in one step, and takes over what did not change. An
 * answer under way keeps its old index. A file that is changed in place, in a folder that stays,
 * may be served as it was before: publishing replaces the folder. */
#ifndef CASEMATE_GATEWAY_HTTP_FILES_H
#define CASEMATE_GATEWAY_HTTP_FILES_H

#include "base/arena.h"
#include "base/err.h"
#include "gateway/http/index.h"
#include "gateway/http/response.h"

/* An http_answer_fn; context: a struct index_store *. */
void files_answer(void *context, const struct framing *request, struct sv head,
                  struct http_response *out);

/* The same for one reader only, with another bar than that of the index; nothing of it is for a cache. */
void files_answer_personal(struct index_store *store, const struct framing *request, struct sv head, struct sv bar,
                           struct http_response *out);

/* --- its parts, for tests and other answering functions --- */

/* "/a%20b/c" to "a b/c" without the leading slash. False for what is refused with 400: a bad or
 * incomplete escape, an encoded slash, a backslash, a control character, "." or ".." as a part, or
 * what is no UTF-8. `out` holds at least path.len bytes. */
bool files_decode_path(struct sv path, char *out, size_t *out_len);

/* Whether a gzip body may be sent, by the request's Accept-Encoding fields (RFC 9110, 12.5.3). */
bool files_accepts_gzip(const struct framing *request, struct sv head);

/* Whether If-None-Match names this entity tag (weak comparison, RFC 9110, 13.1.2). */
bool files_has_tag(const struct framing *request, struct sv head, const char *etag);

enum files_range { FILES_RANGE_NONE, FILES_RANGE_PART, FILES_RANGE_OUTSIDE };
/* One range of bytes ("bytes=0-99", "bytes=100-", "bytes=-50"); NONE for anything else, which
 * means: send the whole. */
enum files_range files_parse_range(struct sv value, uint64_t size, uint64_t *out_at,
                                   uint64_t *out_len);

#endif
