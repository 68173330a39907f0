/* One answer: what an answering function fills and the server sends. */
#ifndef CASEMATE_GATEWAY_HTTP_RESPONSE_H
#define CASEMATE_GATEWAY_HTTP_RESPONSE_H

#include "base/str.h"
#include "gateway/http/framing.h"

enum { HTTP_ETAG_MAX = 48 };

struct http_response {
    int status;         /* 200 from the start */
    const char *type;   /* Content-Type; NULL: none; static or living as long as the body */
    const char *cache;  /* Cache-Control; NULL: "no-cache" */
    const char *policy; /* Content-Security-Policy; NULL: the site's, which allows its own style and
                           images */
    char etag[HTTP_ETAG_MAX];    /* with its quotes; "": none */
    bool gzip;                   /* the body is compressed */
    bool vary;                   /* the answer depends on Accept-Encoding */
    bool by_cookie;              /* it depends on the cookie */
    bool personal;               /* it depends on the cookie, and no cache may keep it */
    const char *allow;           /* status 405: the methods there are; NULL: "GET, HEAD" */
    const char *challenge;       /* WWW-Authenticate (status 401); NULL: none */
    unsigned retry_after;        /* seconds (statuses 429, 503); 0: not said */
    bool ranges;                 /* parts can be asked for */
    bool close;                  /* close the connection after this answer */
    uint64_t range_at, range_of; /* status 206: where the body begins, and the size of the whole;
                                    416: the latter */
    struct str location;         /* statuses 301 and 303; a path that is percent-encoded */
    struct str cookie;           /* of http_response_cookie(); empty: none */
    /* The body: bytes in memory, or when fd is not -1 the bytes body_at to body_at + body_len of a
     * file. A HEAD request gets its length, and a 304 neither. */
    const char *body;
    uint64_t body_at, body_len;
    int fd;                       /* closed by http_response_release */
    struct str text;              /* room for a body made for this answer */
    void (*release)(void *owner); /* called when the body has been sent; may be NULL */
    void *owner;
};

struct http_request {
    const struct framing *framing;
    struct sv head;   /* the bytes that the framing's offsets point into */
    struct sv body;   /* whole; empty: none */
    const char *peer; /* numeric address that the connection is from */
};

/* Fills *out (prepared by http_response_init). Called by several threads at once. Must answer;
 * failures become 4xx and 5xx answers. `head` holds the bytes that the request's offsets point
 * into. */
typedef void http_answer_fn(void *context, const struct framing *request, struct sv head,
                            struct http_response *out);

void http_response_init(struct http_response *r);
void http_response_release(struct http_response *r);

/* A short answer in plain text: "404 Not Found: detail". detail may be NULL. Keeps what else was
 * set. */
void http_response_plain(struct http_response *r, int status, const char *detail);

/* Sets one cookie for the whole host and no other: HttpOnly, SameSite=Lax, and Secure where `secure`, which a name that
 * begins with "__Host-" asks for. name and value: of characters that a cookie may have, or it is a BUG(). max_age in
 * seconds; 0: the browser forgets it now; below: when it ends. */
void http_response_cookie(struct http_response *r, const char *name, struct sv value, int64_t max_age, bool secure);

/* "Not Found"; "Unknown" for codes that this server never sends. */
const char *http_status_text(int status);

/* Appends the status line and all fields, and the empty line. date: of the Date field
 * (IMF-fixdate). */
void http_response_head(const struct http_response *r, bool minor_1, struct sv date,
                        struct str *out);

/* "Sun, 22 Nov 2026 18:05:00 GMT" (RFC 9110, 5.6.7) of seconds since 1970, and a NUL. */
enum { HTTP_DATE_MAX = 40 };
void http_date(int64_t seconds, char out[HTTP_DATE_MAX]);

#endif
