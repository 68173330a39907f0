/* /healthz: whether all is well, for a load balancer or a supervisor. */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/arena.h"
#include "forum/queue.h"
#include "gateway/web/pages.h"
#include "gateway/web/watch.h"

enum { DISK_LEAST = 16 * 1024 * 1024 }; /* bytes */

static bool queue_moves(struct store *s, int64_t now)
{
    struct queue_counts counts = {0, 0, 0, 0};
    struct err ignored = ERR_INIT;
    return queue_count(s, &counts, &ignored) == 0 &&
           (!counts.oldest || now - counts.oldest < QUEUE_STUCK_MINUTES * (int64_t)60);
}

/* Asked without writing anything: a page that is asked for changes nothing. */
static bool disk_takes(const char *db)
{
    struct arena a = ARENA_INIT;
    struct statvfs disk;
    const char *slash = strrchr(db, '/');
    const char *folder = !slash ? "." : slash == db ? "/" : arena_strndup(&a, db, (size_t)(slash - db));
    bool takes = statvfs(folder, &disk) == 0 && !(disk.f_flag & ST_RDONLY) && access(folder, W_OK) == 0 &&
                 access(db, W_OK) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize >= DISK_LEAST;
    arena_release(&a);
    return takes;
}

bool web_health(struct store *s, const char *db, int64_t now, struct str *out)
{
    bool queue = queue_moves(s, now), disk = disk_takes(db);
    if (queue && disk)
        str_add_str(out, "ok\n");
    else
        str_addf(out, "failing:%s%s\n", queue ? "" : " queue", disk ? "" : " disk");
    return queue && disk;
}

int health_page(struct web_call *c, struct err *err)
{
    (void)err;
    str_clear(&c->out->text);
    c->out->status = web_health(c->store, c->db, c->now, &c->out->text) ? 200 : 503;
    c->out->type = "text/plain; charset=utf-8";
    c->out->body = str_cstr(&c->out->text);
    c->out->body_len = c->out->text.len;
    return CM_OK;
}
