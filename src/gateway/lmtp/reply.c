#include "gateway/lmtp/reply.h"

#include <stdio.h>

void lmtp_reply_set(struct lmtp_reply *reply, int code, const char *status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    reply->code = code;
    reply->status = status;
    vsnprintf(reply->text, sizeof(reply->text), format, args);
    va_end(args);
}

void lmtp_reply_write(const struct lmtp_reply *reply, struct str *out)
{
    if (reply->code < 200 || reply->code > 599 || !reply->status || reply->status[0] != '0' + reply->code / 100)
        BUG("a reply %d with the status %s", reply->code, reply->status ? reply->status : "missing");
    str_addf(out, "%d %s ", reply->code, reply->status);
    for (const char *at = reply->text; *at; at++)
        str_add_char(out, *at >= ' ' && *at <= '~' ? *at : '?');
    str_add(out, SV("\r\n"));
}
