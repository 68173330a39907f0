/* Forms and cookies of requests, strictly: one reading of the bytes, or none. */
#ifndef CASEMATE_GATEWAY_HTTP_FORM_H
#define CASEMATE_GATEWAY_HTTP_FORM_H

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"
#include "gateway/http/framing.h"

enum {
    FORM_BYTES_MAX = 256 * 1024, /* of a whole form, as it is sent */
    FORM_FIELDS_MAX = 100,
    FORM_NAME_MAX = 64,
    COOKIES_BYTES_MAX = 4096, /* of a Cookie field */
};

struct form_field {
    struct sv name, value;
};
struct form {
    VEC(struct form_field) list;
};

/* "name=value&name=value", percent-encoded with "+" for blanks (the URL standard's application/x-www-form-urlencoded),
 * of a body or a query. Texts come into the arena; line ends become LF. CM_EINPUT: an incomplete or bad escape, bytes
 * that must be escaped, what is no UTF-8, control characters but line ends and tabs, a field without "=" or a name, a
 * name twice. CM_ELIMIT: too long, too many. An empty text is an empty form. */
CM_MUST_USE int form_read(struct arena *a, struct sv text, struct form *out, struct err *err);
/* The value; empty when there is no such field. */
struct sv form_value(const struct form *f, const char *name);
bool form_has(const struct form *f, const char *name);
/* Appends "name=value", percent-encoded, and "&" before it unless *out is empty or ends with "?". */
void form_write(struct str *out, const char *name, struct sv value);

/* Whether the body is what form_read() takes: one Content-Type field, of UTF-8 if it says so. */
bool form_is_sent(const struct framing *request, struct sv head);

/* The same for multipart/form-data (RFC 7578), which mail services use for one-click unsubscribing (RFC 8058, 3.2).
 * *out_boundary: of the parts. */
bool form_is_multipart(const struct framing *request, struct sv head, struct sv *out_boundary);
/* Parts that are fields of a name and a text, without files: as form_read(). */
CM_MUST_USE int form_read_multipart(struct arena *a, struct sv text, struct sv boundary, struct form *out,
                                    struct err *err);

/* The value of a cookie. False when there is none, when it is there twice, or when the Cookie fields are not of the
 * form that browsers send (RFC 6265, 4.2.1): then no cookie counts. */
bool cookie_find(const struct framing *request, struct sv head, const char *name, struct sv *out);
/* The same of the value of a Cookie field. */
bool cookie_read(struct sv field, const char *name, struct sv *out);

#endif
