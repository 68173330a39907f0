/* Mail in and out for commands: the machine's name and clock, or the time of --now. */
#ifndef CASEMATE_CLI_MAIL_DAEMON_H
#define CASEMATE_CLI_MAIL_DAEMON_H

#include "cli/cli.h"
#include "gateway/mail/daemon.h"

/* Lives as long as *c. */
struct daemon_options mail_daemon_options(struct cli *c, const char *lmtp, bool sends, const char *smtp);

#endif
