#include "format/mail_gmime.h"

#include "base/library.h"
#include "format/mail_text.h"

#include <gmime/gmime.h>

#define GMIME_FUNCTIONS(X)                                                                                             \
    X(g_byte_array_unref)                                                                                              \
    X(g_date_time_to_unix)                                                                                             \
    X(g_date_time_unref)                                                                                               \
    X(g_free)                                                                                                          \
    X(g_mime_content_disposition_get_disposition)                                                                      \
    X(g_mime_content_type_get_media_subtype)                                                                           \
    X(g_mime_content_type_get_media_type)                                                                              \
    X(g_mime_content_type_get_parameter)                                                                               \
    X(g_mime_data_wrapper_write_to_stream)                                                                             \
    X(g_mime_init)                                                                                                     \
    X(g_mime_message_get_mime_part)                                                                                    \
    X(g_mime_message_part_get_message)                                                                                 \
    X(g_mime_message_part_get_type)                                                                                    \
    X(g_mime_multipart_get_count)                                                                                      \
    X(g_mime_multipart_get_part)                                                                                       \
    X(g_mime_multipart_get_type)                                                                                       \
    X(g_mime_object_get_content_disposition)                                                                           \
    X(g_mime_object_get_content_id)                                                                                    \
    X(g_mime_object_get_content_type)                                                                                  \
    X(g_mime_object_write_to_stream)                                                                                   \
    X(g_mime_parser_construct_message)                                                                                 \
    X(g_mime_parser_new_with_stream)                                                                                   \
    X(g_mime_part_get_content)                                                                                         \
    X(g_mime_part_get_filename)                                                                                        \
    X(g_mime_part_get_type)                                                                                            \
    X(g_mime_stream_mem_get_byte_array)                                                                                \
    X(g_mime_stream_mem_get_type)                                                                                      \
    X(g_mime_stream_mem_new)                                                                                           \
    X(g_mime_stream_mem_new_with_buffer)                                                                               \
    X(g_mime_utils_header_decode_date)                                                                                 \
    X(g_mime_utils_header_decode_text)                                                                                 \
    X(g_object_unref)                                                                                                  \
    X(g_type_check_instance_is_a)                                                                                      \
    X(internet_address_get_name)                                                                                       \
    X(internet_address_group_get_members)                                                                              \
    X(internet_address_group_get_type)                                                                                 \
    X(internet_address_list_get_address)                                                                               \
    X(internet_address_list_length)                                                                                    \
    X(internet_address_list_parse)                                                                                     \
    X(internet_address_mailbox_get_addr)                                                                               \
    X(internet_address_mailbox_get_type)

LIBRARY_TABLE(gmime_table, GMIME_FUNCTIONS);
LIBRARY(static, gmime_table, LIBRARY_GMIME, GMIME_FUNCTIONS)

static pthread_once_t init_once = PTHREAD_ONCE_INIT;

static void init_gmime(void)
{
    gmime_table()->g_mime_init();
}

static const struct gmime_table *gmime(void)
{
    pthread_once(&init_once, init_gmime);
    return gmime_table();
}

/* GMime's own casts name functions that are not linked. */
static bool is_a(void *object, GType type)
{
    return object && gmime()->g_type_check_instance_is_a(object, type);
}

/* ---- header values ---- */

struct sv gmime_decode(struct arena *a, struct sv value)
{
    char *text = gmime()->g_mime_utils_header_decode_text(NULL, arena_strndup(a, value.at, value.len));
    struct sv out = arena_sv(a, sv_str(text));
    gmime()->g_free(text);
    return out;
}

bool gmime_date(struct arena *a, struct sv value, int64_t *out)
{
    GDateTime *date = gmime()->g_mime_utils_header_decode_date(arena_strndup(a, value.at, value.len));
    if (!date)
        return false;
    *out = gmime()->g_date_time_to_unix(date);
    gmime()->g_date_time_unref(date);
    return true;
}

typedef VEC(struct mail_address) address_vec;

static void add_addresses(struct arena *a, InternetAddressList *list, unsigned depth, address_vec *out)
{
    int count = list ? gmime()->internet_address_list_length(list) : 0;
    for (int i = 0; i < count && out->len < MAIL_ADDRESSES_MAX; i++) {
        InternetAddress *one = gmime()->internet_address_list_get_address(list, i);
        if (is_a(one, gmime()->internet_address_group_get_type())) {
            if (depth < 2) /* RFC 5322 has no group in a group */
                add_addresses(a, gmime()->internet_address_group_get_members((InternetAddressGroup *)one), depth + 1,
                              out);
        } else if (is_a(one, gmime()->internet_address_mailbox_get_type())) {
            struct mail_address *to = vec_push(a, out);
            to->name = arena_sv(a, sv_str(gmime()->internet_address_get_name(one)));
            InternetAddressMailbox *mailbox = (InternetAddressMailbox *)one;
            to->address = arena_sv(a, sv_str(gmime()->internet_address_mailbox_get_addr(mailbox)));
        }
    }
}

struct mail_addresses gmime_addresses(struct arena *a, struct sv value)
{
    address_vec found = {NULL, 0, 0};
    InternetAddressList *list = gmime()->internet_address_list_parse(NULL, arena_strndup(a, value.at, value.len));
    add_addresses(a, list, 0, &found);
    if (list)
        gmime()->g_object_unref(list);
    return (struct mail_addresses){found.at, found.len};
}

/* ---- parts ---- */

struct walk {
    struct arena *a;
    mail_parts *out;
    struct err *err;
    unsigned messages; /* that are being read, one in another */
};

static struct sv parameter(struct arena *a, GMimeContentType *type, const char *name)
{
    return type ? mail_one_line(a, sv_str(gmime()->g_mime_content_type_get_parameter(type, name))) : SV_NONE;
}

/* What follows the last "/" or "\": a name is shown, never used as a path. */
static struct sv file_name(struct arena *a, GMimeObject *object)
{
    if (!is_a(object, gmime()->g_mime_part_get_type()))
        return SV_NONE;
    struct sv name = mail_one_line(a, sv_str(gmime()->g_mime_part_get_filename((GMimePart *)object)));
    for (size_t i = name.len; i > 0; i--)
        if (name.at[i - 1] == '/' || name.at[i - 1] == '\\')
            return sv_from_byte(name, i);
    return name;
}

static void read_type(struct walk *w, GMimeObject *object, struct mail_part *part)
{
    GMimeContentType *type = gmime()->g_mime_object_get_content_type(object);
    const char *media = type ? gmime()->g_mime_content_type_get_media_type(type) : NULL;
    const char *sub = type ? gmime()->g_mime_content_type_get_media_subtype(type) : NULL;
    part->type = media && sub ? arena_lower(w->a, mail_one_line(w->a, sv_str(arena_printf(w->a, "%s/%s", media, sub))))
                              : SV("text/plain");
    part->charset = arena_lower(w->a, parameter(w->a, type, "charset"));
    part->flowed = sv_eq_str(arena_lower(w->a, parameter(w->a, type, "format")), "flowed");
    part->delsp = sv_eq_str(arena_lower(w->a, parameter(w->a, type, "delsp")), "yes");
    bool secured = sv_eq_str(part->type, "multipart/signed") || sv_eq_str(part->type, "multipart/encrypted");
    part->report = arena_lower(w->a, parameter(w->a, type, secured ? "protocol" : "report-type"));
    GMimeContentDisposition *d = gmime()->g_mime_object_get_content_disposition(object);
    const char *word = d ? gmime()->g_mime_content_disposition_get_disposition(d) : NULL;
    part->attached = word && sv_eq_str(arena_lower(w->a, sv_str(word)), "attachment");
    part->name = file_name(w->a, object);
    part->id = mail_one_line(w->a, sv_str(gmime()->g_mime_object_get_content_id(object)));
}

static enum mail_part_kind kind_of(const struct mail_part *part)
{
    static const char *const files[] = {"text/calendar", "text/css",  "text/directory", "text/javascript",
                                        "text/vcard",    "text/x-vcard"};
    if (part->attached || !sv_starts(part->type, SV("text/")))
        return MAIL_ATTACHMENT;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (sv_eq_str(part->type, files[i]))
            return MAIL_ATTACHMENT;
    return sv_eq_str(part->type, "text/html") ? MAIL_HTML : MAIL_TEXT;
}

static struct sv decoded(struct walk *w, GMimeObject *object)
{
    GMimeDataWrapper *content = gmime()->g_mime_part_get_content((GMimePart *)object);
    if (!content)
        return SV_NONE;
    GMimeStream *stream = gmime()->g_mime_stream_mem_new();
    gmime()->g_mime_data_wrapper_write_to_stream(content, stream);
    GByteArray *bytes = gmime()->g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
    struct sv out = arena_sv(w->a, sv_from((const char *)bytes->data, bytes->len));
    gmime()->g_object_unref(stream);
    return out;
}

static void read_content(struct walk *w, GMimeObject *object, struct mail_part *part)
{
    part->kind = kind_of(part);
    part->content = decoded(w, object);
    if (part->kind != MAIL_ATTACHMENT)
        part->content = mail_to_utf8(w->a, part->charset, part->content, &part->damaged);
}

static int walk_part(struct walk *w, GMimeObject *object, unsigned depth);

/* The message's bytes. One that lies in another has none of its own: the outer one's hold them, and a chain of them
 * would be copied once per depth. */
static struct sv message_bytes(struct walk *w, GMimeMessage *inner)
{
    if (w->messages)
        return SV_NONE;
    GMimeStream *stream = gmime()->g_mime_stream_mem_new();
    gmime()->g_mime_object_write_to_stream((GMimeObject *)inner, NULL, stream);
    GByteArray *bytes = gmime()->g_mime_stream_mem_get_byte_array((GMimeStreamMem *)stream);
    struct sv out = arena_sv(w->a, sv_from((const char *)bytes->data, bytes->len));
    gmime()->g_object_unref(stream);
    return out;
}

static int walk_message(struct walk *w, GMimeObject *object, struct mail_part *part, unsigned depth)
{
    GMimeMessage *inner = gmime()->g_mime_message_part_get_message((GMimeMessagePart *)object);
    GMimeObject *body = inner ? gmime()->g_mime_message_get_mime_part(inner) : NULL;
    if (inner)
        part->content = message_bytes(w, inner);
    w->messages++;
    int rc = body ? walk_part(w, body, depth + 1) : CM_OK;
    w->messages--;
    return rc;
}

static int walk_multipart(struct walk *w, GMimeObject *object, unsigned depth)
{
    int count = gmime()->g_mime_multipart_get_count((GMimeMultipart *)object), rc = CM_OK;
    for (int i = 0; !rc && i < count; i++)
        rc = walk_part(w, gmime()->g_mime_multipart_get_part((GMimeMultipart *)object, i), depth + 1);
    return rc;
}

static int walk_part(struct walk *w, GMimeObject *object, unsigned depth)
{
    if (depth > MAIL_DEPTH_MAX)
        return err_set(w->err, CM_ELIMIT, "its parts lie deeper than %d in one another", MAIL_DEPTH_MAX);
    if (w->out->len >= MAIL_PARTS_MAX)
        return err_set(w->err, CM_ELIMIT, "it has more than %d parts", MAIL_PARTS_MAX);
    struct mail_part *part = vec_push(w->a, w->out);
    part->depth = depth;
    read_type(w, object, part);
    if (is_a(object, gmime()->g_mime_multipart_get_type())) {
        part->kind = MAIL_CONTAINER;
        return walk_multipart(w, object, depth);
    }
    if (is_a(object, gmime()->g_mime_message_part_get_type())) {
        part->kind = MAIL_MESSAGE;
        return walk_message(w, object, part, depth);
    }
    if (is_a(object, gmime()->g_mime_part_get_type()))
        read_content(w, object, part);
    else
        part->kind = MAIL_ATTACHMENT;
    return CM_OK;
}

int gmime_parts(struct arena *a, struct sv bytes, mail_parts *out, struct err *err)
{
    struct walk w = {a, out, err, 0};
    GMimeStream *stream = gmime()->g_mime_stream_mem_new_with_buffer(bytes.at, bytes.len);
    GMimeParser *parser = gmime()->g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = gmime()->g_mime_parser_construct_message(parser, NULL);
    GMimeObject *body = message ? gmime()->g_mime_message_get_mime_part(message) : NULL;
    int rc = body ? walk_part(&w, body, 0) : CM_OK;
    if (message)
        gmime()->g_object_unref(message);
    gmime()->g_object_unref(parser);
    gmime()->g_object_unref(stream);
    return rc;
}
