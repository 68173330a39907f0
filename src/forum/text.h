/* The text of a mail for readers: blocks that a page writer prints, without anything of the mail's own markup.
 *
 * From a struct mail come, in reading order: paragraphs, preformatted text and patches, quotes by depth, the
 * signature, and notes of ours (signed, encrypted, damaged, cut). Of alternatives the plain one is taken when it says
 * something, otherwise HTML, which is turned into lines of text by text_html.c. Attachments are listed with the index
 * of their part; nothing of them is shown.
 *
 * What a cryptographic signature covers is never said to be more than "signed, not checked here".
 *
 * Lines are valid UTF-8 without control characters (but TAB) and without characters that reorder text; those become
 * U+FFFD. Everything is linear in the size of the mail, and what is shown of one mail ends after TEXT_BYTES_MAX, lines
 * and blocks. */
#ifndef CASEMATE_FORUM_TEXT_H
#define CASEMATE_FORUM_TEXT_H

#include "base/arena.h"
#include "format/mail.h"
#include "format/markup.h"

enum {
    TEXT_BYTES_MAX = 512 << 10, /* of text that is shown of one mail; the rest is said to be missing */
    TEXT_LINES_MAX = 100000,
    TEXT_BLOCKS_MAX = 20000,
    TEXT_LINKS_MAX = 5000,   /* on one page of one mail; further ones are plain text */
    TEXT_HTML_MAX = 4 << 20, /* bytes of one HTML part that are looked at */
    TEXT_QUOTE_MAX = 20,     /* deeper quotes count as this deep */
    TEXT_FOLD_LINES = 8,     /* a quote with more lines is folded on pages */
};

enum text_kind {
    TEXT_PARAGRAPH,
    TEXT_PRE,       /* patches, tables and drawings in characters: blanks count */
    TEXT_SIGNATURE, /* what follows "-- " */
    TEXT_NOTE,      /* ours: one line about the text around it */
};

struct text_block {
    enum text_kind kind;
    unsigned quote;      /* 0: the author's own words */
    size_t first, count; /* its lines, in struct mail_text; at least one */
};

enum text_protection {
    TEXT_PGP_SIGNED = 1,
    TEXT_PGP_ENCRYPTED = 2,
    TEXT_SMIME_SIGNED = 4,
    TEXT_SMIME_OPAQUE = 8, /* application/pkcs7-mime: signed or encrypted, content not readable as it is */
};

struct text_attachment {
    size_t part; /* index in struct mail's parts */
    struct sv name, type;
    size_t size; /* decoded bytes */
};

struct mail_text {
    struct text_block *blocks;
    size_t block_count;
    struct sv *lines;
    size_t line_count;
    struct text_attachment *attachments;
    size_t attachment_count;
    unsigned protection; /* enum text_protection, or-ed: what was recognised anywhere in the mail */
    bool damaged;        /* bytes of some text were no characters of its charset */
    bool cut;            /* longer than is shown */
};

/* The text of a mail that mail_read() read; a mail of which only the header was read has none. */
struct mail_text mail_text_read(struct arena *a, const struct mail *m);

/* One text for search and for plain output. Quoted lines begin with ">" once per depth and a blank;
 * the signature follows a line "-- "; own lines that begin with ">" or are "-- " have a blank
 * before them. Notes are left out. Addresses are as they were: for the index, not for readers. */
struct sv mail_plain_text(struct arena *a, const struct mail_text *t);
/* The same without quotes and signature. */
struct sv mail_own_text(struct arena *a, const struct mail_text *t);
/* The first own words on one line, at most `characters` of them, cut at a blank with "…"; addresses
 * hidden. */
struct sv mail_excerpt(struct arena *a, const struct mail_text *t, size_t characters);

/* ---- text_link.c: links and addresses in a line ---- */

enum text_piece_kind { TEXT_PLAIN, TEXT_LINK, TEXT_ADDRESS };

struct text_piece {
    enum text_piece_kind kind;
    struct sv text;    /* as it stands in the line; of an address, with "mailto:" where it has that */
    struct sv address; /* TEXT_ADDRESS: the mail address alone, without "mailto:" and what follows "?" */
};

/* Takes the next piece off *rest; false when nothing is left. Links are http, https and xmpp;
 * punctuation at their end and a bracket that was not opened inside stay outside. Addresses are
 * mailto: and what looks like ada@example.org. */
bool text_next_piece(struct sv *rest, struct text_piece *out);
/* "ada@…": what readers see of a mail address; enough to know who is meant, too little to write to. */
void text_add_hidden(struct str *out, struct sv address);

/* ---- text_page.c: the fragment of a page ---- */

struct text_page {
    const char *attachment_base; /* before a part's index in the address of its download; NULL: no links */
    bool addresses;              /* show mail addresses, as links: for members only */
    const char *attachment_end;  /* after it, such as ".bin"; NULL: nothing */
};

/* Writes one div with the text, then the attachments. No element, attribute or address of it comes
 * from the mail but the http, https and xmpp links that are visible as such. */
void mail_text_write(struct markup *m, const struct mail_text *t, const struct text_page *page);

#endif
