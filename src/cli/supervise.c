#include "cli/supervise.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "format/markup.h"

void supervise_tell(const char *word)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = name ? strlen(name) : 0;
    if (!len || len >= sizeof(to.sun_path) || (name[0] != '/' && name[0] != '@'))
        return;
    memcpy(to.sun_path, name, len);
    if (name[0] == '@')
        to.sun_path[0] = '\0'; /* of the abstract space */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    (void)!sendto(fd, word, strlen(word), MSG_NOSIGNAL, (struct sockaddr *)&to,
                  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}

static void meta(struct markup *m, const char *name, const char *value, const char *content)
{
    markup_open(m, "meta");
    markup_attr_str(m, name, value);
    if (content)
        markup_attr_str(m, "content", content);
    markup_close(m, "meta");
}

void supervise_wait_page(struct http_response *out, size_t done, size_t total)
{
    struct markup m;
    str_clear(&out->text);
    markup_init(&m, &out->text, MARKUP_HTML);
    markup_doctype_html(&m);
    markup_open(&m, "html");
    markup_attr_str(&m, "lang", "en");
    markup_open(&m, "head");
    meta(&m, "charset", "utf-8", NULL);
    meta(&m, "http-equiv", "refresh", "2");
    meta(&m, "name", "viewport", "width=device-width, initial-scale=1");
    markup_element(&m, "title", SV("One moment"));
    markup_close(&m, "head");
    markup_open(&m, "body");
    markup_element(&m, "h1", SV("One moment"));
    markup_open(&m, "p");
    markup_text_str(&m, "The pages of this site are being made");
    if (total)
        markup_textf(&m, ": %zu of about %zu", done, total);
    markup_text_str(&m, ". This page asks again by itself.");
    markup_close(&m, "p");
    markup_close(&m, "body");
    markup_close(&m, "html");
    markup_finish(&m);
    out->status = 503;
    out->retry_after = 2;
    out->type = "text/html; charset=utf-8";
    out->cache = "no-store";
    out->body = str_cstr(&out->text);
    out->body_len = out->text.len;
}
