/* Differences between editions, shared by "threat diff" and "edition diff". */
#ifndef CASEMATE_CLI_CMD_DIFF_H
#define CASEMATE_CLI_CMD_DIFF_H

#include "cli/cli.h"

/* The files (path -> struct sv *) that an edition was made from, and those of now. */
CM_MUST_USE int diff_load_edition(struct cli *c, struct sv document, struct sv version, struct map *out);
CM_MUST_USE int diff_load_now(struct cli *c, struct map *out);
/* Prints what differs (into the JSON array j when it is not NULL); gives the number of differences. */
size_t diff_fields(struct cli *c, struct json *j, struct sv old_text, struct sv new_text);
size_t diff_files(struct cli *c, struct json *j, const struct map *old, const struct map *new);

#endif
