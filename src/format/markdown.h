/* Markdown (CommonMark 0.30 with GFM tables, through md4c) into the block tree; and a scanner over the raw text for
 * front matter, headings and fences with their positions, which md4c does not give.
 *
 * Raw HTML is a fault. Limits: nesting 64, 200,000 nodes, link nesting by md4c. */
#ifndef CASEMATE_FORMAT_MARKDOWN_H
#define CASEMATE_FORMAT_MARKDOWN_H

#include "base/err.h"
#include "base/vec.h"
#include "format/doc.h"

/* One `## Heading` part of a file, or what stands before the first. */
struct markdown_section {
    struct sv title;          /* without #, trimmed; empty for the part before the first heading */
    uint32_t line;            /* of the heading, from 1, in the file; for the first part: its first line */
    size_t start, end;        /* byte range in the file, heading line included */
    struct sv body;           /* after the heading line, up to the next heading of this level */
    uint32_t body_line;       /* line of the body's first line */
    size_t body_start;        /* byte offset of body in the file */
};

struct markdown_fence {
    struct sv info;       /* info string, trimmed */
    struct sv text;       /* lines between the fence lines */
    uint32_t line;        /* of the first line of text, in the file */
    size_t start, end;    /* byte range of text in the file */
    uint32_t indent;      /* blanks before the fence that are to be taken off each line */
};

struct markdown_file {
    struct sv front;      /* YAML between the two --- lines; empty when there is none */
    uint32_t front_line;  /* line of its first line; 0 when there is no front matter */
    size_t front_start;   /* byte offset of front */
    struct sv body;       /* the rest */
    uint32_t body_line;
    VEC(struct markdown_section) sections; /* cut at level-2 ATX headings outside fences */
    VEC(struct markdown_fence) fences;     /* of the whole body */
};

/* Cuts a file (valid UTF-8, LF or CRLF, a BOM is skipped). Faults (front matter that does not end, a fence
 * that does not end, a level-1 heading, a setext heading) go to diag. Linear in the text. sections.at[0] is
 * always the part before the first heading, possibly empty. Headings inside lists and quotes do not cut;
 * fences inside quotes are not listed. */
void markdown_scan(struct arena *a, struct sv text, const char *file, struct diag *diag, struct markdown_file *out);

/* How deep quote marks and list items nest at most, as an estimate from the lines: what markdown_to_doc
 * refuses above 64. Linear. */
size_t markdown_nesting(struct sv text);

enum markdown_mention_kind { MARKDOWN_REFERENCE, MARKDOWN_THREAT };
struct markdown_mention {
    enum markdown_mention_kind kind;
    size_t at, len;      /* in the text that was searched */
    struct sv id;        /* "RFC 6120" */
    struct sv url;       /* reference only */
};

struct markdown_options {
    const char *file;      /* for messages */
    uint32_t first_line;   /* of the text in the file; positions of faults are approximated to the block */
    struct sv anchor_prefix; /* put before anchors of inner headings: "T-0001-gap-" */
    unsigned heading_base;   /* level whose headings become sections right below the parent; 0: 3 (###) */
    /* Finds the first mention in text; false when there is none. May be NULL. */
    bool (*find_mention)(void *context, struct sv text, struct markdown_mention *out);
    void *context;
    /* A fenced block; info: all that stands behind its mark, of which language is the first word. Returns a block to
     * put in its place, or NULL to keep it as code. May be NULL. */
    struct doc_block *(*fence)(void *context, struct arena *a, struct sv language, struct sv info, struct sv text);
    struct diag *diag; /* may be NULL: then raw HTML is shown as text */
};

/* Appends the blocks of text (valid UTF-8, at most 16 MiB) to parent; the tree borrows nothing from text.
 * CM_ELIMIT when a limit is exceeded, CM_EINPUT for the few malformed texts that md4c cannot follow (nothing
 * is appended then). Links that are neither http(s), mailto, xmpp nor #anchor, images, raw HTML and headings
 * inside lists and quotes are faults in diag; their text stays. Bare http(s) addresses become links. An HTML
 * comment is raw HTML too: a caller that gives meaning to one takes it out before. */
CM_MUST_USE int markdown_to_doc(struct arena *a, struct sv text, const struct markdown_options *options,
                                struct doc_block *parent, struct err *err);

#endif
