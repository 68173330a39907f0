#include "cli/mail_daemon.h"

#include "base/date.h"

#include <unistd.h>

enum { HOST_MAX = 256 };

static int64_t clock_of(void *context)
{
    const struct cli *c = context;
    return c->now ? c->time : date_system_now();
}

/* As we call ourselves to the server next door, which does not mind. */
static const char *host_name(struct arena *a)
{
    char name[HOST_MAX];
    if (gethostname(name, sizeof(name)) < 0)
        return "localhost";
    name[HOST_MAX - 1] = '\0';
    for (const char *p = name; *p; p++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.", *p))
            return "localhost";
    return name[0] ? arena_strdup(a, name) : "localhost";
}

struct daemon_options mail_daemon_options(struct cli *c, const char *lmtp, bool sends, const char *smtp)
{
    struct log *log = arena_new(&c->arena, struct log); /* its own: the thread of HTTP writes to the command's */
    *log = c->log;
    return (struct daemon_options){.db = c->db, .lmtp = lmtp, .sends = sends, .smtp = smtp,
                                   .host = host_name(&c->arena), .clock = clock_of, .context = c, .log = log};
}
