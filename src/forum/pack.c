#include "forum/pack.h"

#include "base/library.h"
#include "format/mail.h"

#include <zlib.h>

#define ZLIB_FUNCTIONS(X)                                                                                              \
    X(deflate)                                                                                                         \
    X(deflateBound)                                                                                                    \
    X(deflateEnd)                                                                                                      \
    X(deflateInit2_)                                                                                                   \
    X(deflateSetDictionary)                                                                                            \
    X(inflate)                                                                                                         \
    X(inflateEnd)                                                                                                      \
    X(inflateInit2_)                                                                                                   \
    X(inflateSetDictionary)
LIBRARY_TABLE(zlib, ZLIB_FUNCTIONS);
LIBRARY(static, zlib, LIBRARY_Z, ZLIB_FUNCTIONS)

enum { PACK_VERSION = 1, PACK_HEAD = 5, WINDOW_BITS = -15, LEVEL = 6, MEMORY = 8 };

/* Commonest last: nearer texts have shorter codes. */
static const char dictionary[] =
    "List-Archive: <http://\r\nList-Post: <mailto:\r\nList-Help: <mailto:?subject=help>\r\nList-Subscribe: \r\n"
    "List-Unsubscribe: \r\nList-Id: <\r\nPrecedence: list\r\nX-Mailer: Mozilla Thunderbird\r\n"
    "X-Spam-Status: No, score=\r\n"
    "Authentication-Results: dkim=pass header.i=@ header.d= spf=pass smtp.mailfrom= dmarc=pass\r\n"
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=gmail.com; s=20161025; t=1; h=mime-version:references:"
    "in-reply-to:from:date:message-id:subject:to:cc; bh=; b=\r\nX-Google-DKIM-Signature: \r\nX-Gm-Message-State: \r\n"
    "Return-Path: <\r\nDelivered-To: \r\nReceived: from mail. (localhost [127.0.0.1]) by .org (Postfix) with ESMTPS id "
    "(version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 (256/256 bits)) (No client certificate requested) for <@>; "
    "Mon, Tue, Wed, Thu, Fri, Sat, Sun, Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2026 +0000 (UTC)\r\n"
    "Content-Disposition: inline\r\nContent-Type: multipart/alternative; boundary=\"\r\n"
    "Content-Type: text/html; charset=\"utf-8\"\r\n<br>\"\r\n"
    "Content-Transfer-Encoding: base64\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    "Content-Transfer-Encoding: 8bit\r\nContent-Transfer-Encoding: 7bit\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Type: text/plain; charset=us-ascii\r\n"
    "User-Agent: \r\nSubject: Re: \r\nReferences: <\r\nIn-Reply-To: <\r\nMessage-ID: <@gmail.com>\r\nFrom: \r\nTo: \r\n"
    "Cc: \r\nDate: \r\n\r\nOn  wrote:\r\n> \r\n> > \r\n-- \r\n";

static void put_length(unsigned char *head, size_t length)
{
    head[0] = PACK_VERSION;
    for (int i = 0; i < 4; i++)
        head[1 + i] = (unsigned char)(length >> (8 * i));
}

struct sv pack_bytes(struct arena *a, struct sv bytes)
{
    z_stream z = {.zalloc = NULL};
    if (bytes.len > MAIL_BYTES_MAX ||
        zlib()->deflateInit2_(&z, LEVEL, Z_DEFLATED, WINDOW_BITS, MEMORY, Z_DEFAULT_STRATEGY, ZLIB_VERSION, sizeof z))
        BUG("mail of %zu bytes cannot be packed", bytes.len);
    zlib()->deflateSetDictionary(&z, (const unsigned char *)dictionary, sizeof dictionary - 1);
    size_t room = zlib()->deflateBound(&z, bytes.len);
    unsigned char *out = arena_room(a, PACK_HEAD + room);
    put_length(out, bytes.len);
    z.next_in = (unsigned char *)(uintptr_t)bytes.at;
    z.avail_in = (unsigned)bytes.len;
    z.next_out = out + PACK_HEAD;
    z.avail_out = (unsigned)room;
    if (zlib()->deflate(&z, Z_FINISH) != Z_STREAM_END)
        BUG("deflate needs more than its bound");
    size_t length = PACK_HEAD + z.total_out;
    zlib()->deflateEnd(&z);
    return sv_from((const char *)out, length);
}

static bool inflate_all(struct sv packed, unsigned char *out, size_t length)
{
    z_stream z = {.zalloc = NULL};
    if (zlib()->inflateInit2_(&z, WINDOW_BITS, ZLIB_VERSION, sizeof z))
        BUG("inflate cannot begin");
    zlib()->inflateSetDictionary(&z, (const unsigned char *)dictionary, sizeof dictionary - 1);
    z.next_in = (unsigned char *)(uintptr_t)packed.at;
    z.avail_in = (unsigned)packed.len;
    z.next_out = out;
    z.avail_out = (unsigned)length + 1; /* one more, so that an empty text ends too */
    int rc = zlib()->inflate(&z, Z_FINISH);
    bool whole = rc == Z_STREAM_END && z.total_out == length;
    zlib()->inflateEnd(&z);
    return whole;
}

int unpack_bytes(struct arena *a, struct sv packed, struct sv *out, struct err *err)
{
    const unsigned char *head = (const unsigned char *)packed.at;
    size_t length = 0;
    *out = SV_NONE;
    if (packed.len < PACK_HEAD || head[0] != PACK_VERSION)
        return err_set(err, CM_ECORRUPT, "a message in the store is packed in no known way");
    for (int i = 0; i < 4; i++)
        length |= (size_t)head[1 + i] << (8 * i);
    if (length > MAIL_BYTES_MAX)
        return err_set(err, CM_ECORRUPT, "a message in the store claims %zu bytes", length);
    unsigned char *room = arena_room(a, length + 1);
    if (!inflate_all(sv_from_byte(packed, PACK_HEAD), room, length))
        return err_set(err, CM_ECORRUPT, "a message in the store cannot be unpacked");
    *out = sv_from((const char *)room, length);
    return CM_OK;
}
