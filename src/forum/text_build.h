/* Inside text*.c: lines become blocks. */
#ifndef CASEMATE_FORUM_TEXT_BUILD_H
#define CASEMATE_FORUM_TEXT_BUILD_H

#include "base/str.h"
#include "base/vec.h"
#include "forum/text.h"

struct text_builder {
    struct arena *a;
    VEC(struct text_block) blocks;
    VEC(struct sv) lines;
    VEC(struct text_attachment) attachments;
    size_t bytes; /* of all lines */
    bool open;    /* the last block goes on */
    bool shaped;  /* blanks inside the open block matter */
    unsigned protection;
    bool damaged, cut;
};

/* Appends a line to the open block, or begins one when kind or depth differ. An empty line ends a
 * paragraph. */
void text_add(struct text_builder *b, enum text_kind kind, unsigned quote, struct sv line);
void text_end_block(struct text_builder *b);
void text_note(struct text_builder *b, const char *note);
/* text/plain */
void text_add_plain(struct text_builder *b, struct sv text, bool flowed, bool delsp);
/* text/html: text_html.c */
void text_add_html(struct text_builder *b, struct sv html);
/* A patch or a listing as it is. */
void text_add_pre(struct text_builder *b, struct sv text);
/* The code point of a character reference without "&" and ";", or 0: text_entity.c */
uint32_t text_entity(struct sv name);

#endif
