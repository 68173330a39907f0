/* text/plain: quotes, format=flowed (RFC 3676), patches, signature, inline OpenPGP (RFC 4880,
 * section 7). */
#include "forum/text_build.h"

struct plain {
    struct text_builder *b;
    struct sv text;
    size_t patch_at; /* where a patch begins, or the text's length */
    size_t
        armour_at; /* the last line that ends an armour; an armour that begins later has no end */
    bool flowed, delsp;
    bool in_patch, in_signature, in_signed;
    struct str joined; /* flowed lines that go on */
    bool joining;
    unsigned joined_quote, last_quote;
};

static const struct sv end_of_armour = {"-----END PGP ", 13};

/* ">", "> >", ">>": the depth, and what follows in *rest. Flowed text has no blanks between the
 * marks, and one blank after them that is not part of the text. */
static unsigned quote_depth(struct sv line, bool flowed, struct sv *rest)
{
    unsigned depth = 0;
    size_t at = 0;
    while (at < line.len) {
        if (line.at[at] == '>')
            at++;
        else if (!flowed && depth && line.at[at] == ' ' && at + 1 < line.len &&
                 line.at[at + 1] == '>')
            at += 2;
        else
            break;
        depth++;
    }
    if (at < line.len && line.at[at] == ' ' && (depth || flowed))
        at++;
    *rest = sv_from_byte(line, at);
    return depth;
}

/* Columns: a line that begins with two blanks or more, or has three in the middle. */
static bool is_shaped(struct sv line)
{
    if (sv_starts(line, SV("  ")) || sv_starts(line, SV("\t")) || sv_find_char(line, '\t') >= 0)
        return sv_trim(line).len > 0;
    return sv_find(sv_trim(line), SV("   ")) >= 0;
}

static void flush(struct plain *p)
{
    if (!p->joining)
        return;
    p->joining = false;
    text_add(p->b, TEXT_PARAGRAPH, p->joined_quote, arena_sv(p->b->a, str_sv(&p->joined)));
    str_clear(&p->joined);
}

/* A paragraph's line that goes on in the next one is kept until it ends. */
static void add_flowed(struct plain *p, unsigned quote, struct sv line)
{
    bool goes_on = sv_ends(line, SV(" ")) && !sv_eq_str(line, "-- ");
    if (p->joining && p->joined_quote != quote)
        flush(p);
    if (goes_on && p->delsp)
        line.len--;
    if (goes_on || p->joining) {
        p->joining = true;
        p->joined_quote = quote;
        str_add(&p->joined, line);
        if (!goes_on)
            flush(p);
        if (!line.len) /* by the letter it would only end the line before it; people mean the end of
                          a paragraph */
            text_end_block(p->b);
        return;
    }
    text_add(p->b, TEXT_PARAGRAPH, quote, line);
}

static void add_words(struct plain *p, unsigned quote, struct sv line)
{
    if (p->flowed) {
        add_flowed(p, quote, line);
    } else {
        text_add(p->b, TEXT_PARAGRAPH, quote, line);
    }
    if (p->b->open && !p->joining && is_shaped(line))
        p->b->shaped = true;
}

static bool begins_patch(const struct plain *p, struct sv line, size_t at)
{
    return sv_starts(line, SV("diff --git ")) || sv_starts(line, SV("@@ -")) || at == p->patch_at ||
           (sv_eq_str(line, "---") && p->patch_at < p->text.len && at < p->patch_at);
}

/* Takes lines off *rest up to the one that ends an armour. */
static void skip_armour(struct sv *rest)
{
    struct sv line;
    while (sv_next_line(rest, &line))
        if (sv_starts(line, end_of_armour))
            return;
}

/* OpenPGP's lines; true when the line was one. */
static bool read_pgp(struct plain *p, struct sv line, struct sv *rest)
{
    size_t at = (size_t)(line.at - p->text.at);
    if (!sv_starts(line, SV("-----BEGIN PGP ")) || at >= p->armour_at)
        return false;
    struct sv what = sv_trim(sv_from_byte(line, 15)), skipped;
    if (sv_eq_str(what, "SIGNED MESSAGE-----")) {
        while (sv_next_line(rest, &skipped) && sv_trim(skipped).len) /* "Hash: SHA256" */
            ;
        p->in_signed = true;
        p->b->protection |= TEXT_PGP_SIGNED;
        text_note(p->b, "Signed with OpenPGP; the signature is not checked here.");
    } else if (sv_eq_str(what, "SIGNATURE-----")) {
        skip_armour(rest);
        if (p->in_signed)
            text_note(p->b, "End of the signed part.");
        p->in_signed = p->in_patch = p->in_signature = false;
    } else if (sv_eq_str(what, "MESSAGE-----")) {
        skip_armour(rest);
        p->b->protection |= TEXT_PGP_ENCRYPTED;
        text_note(p->b, "Encrypted with OpenPGP; not opened here.");
    } else {
        return false;
    }
    return true;
}

static void read_line(struct plain *p, struct sv line)
{
    size_t at = (size_t)(line.at - p->text.at);
    struct sv rest = line;
    if (p->in_signed && sv_starts(line, SV("- ")))
        rest = line = sv_from_byte(line, 2);
    unsigned quote = p->in_patch || p->in_signature ? 0 : quote_depth(line, p->flowed, &rest);
    if (quote == 1 && !p->last_quote &&
        sv_starts(line, SV(">From "))) { /* the mark of a mailbox file */
        quote = 0;
        rest = sv_from_byte(line, 1);
    }
    p->last_quote = quote;
    if (!quote && !p->in_signature && sv_eq_str(line, "-- ")) {
        flush(p);
        text_end_block(p->b);
        p->in_signature = true;
        p->in_patch = false;
        return;
    }
    if (!p->in_patch && !p->in_signature && !quote && begins_patch(p, line, at)) {
        flush(p);
        text_end_block(p->b);
        p->in_patch = true;
    }
    if (p->in_patch || p->in_signature)
        text_add(p->b, p->in_patch ? TEXT_PRE : TEXT_SIGNATURE, 0, rest);
    else
        add_words(p, quote, rest);
}

/* Where the first patch begins that has no "diff" line before it: "--- old" with "+++ new" after
 * it. */
static size_t find_patch(struct sv text)
{
    ptrdiff_t git = sv_find(text, SV("\ndiff --git ")), plus = sv_find(text, SV("\n+++ "));
    size_t found = git < 0 ? text.len : (size_t)git + 1;
    if (plus > 0) {
        size_t line = (size_t)plus;
        while (line > 0 && text.at[line - 1] != '\n')
            line--;
        if (sv_starts(sv_from_byte(text, line), SV("--- ")) && line < found)
            found = line;
    }
    return found;
}

static size_t last_end_of_armour(struct sv text)
{
    for (size_t at = text.len; at-- > 0;)
        if (text.at[at] == '-' && sv_starts(sv_from_byte(text, at), end_of_armour) &&
            (!at || text.at[at - 1] == '\n'))
            return at;
    return 0;
}

void text_add_plain(struct text_builder *b, struct sv text, bool flowed, bool delsp)
{
    struct plain p = {.b = b, .text = text, .flowed = flowed, .delsp = delsp, .joined = STR_INIT};
    struct sv rest = text, line;
    p.patch_at = find_patch(text);
    p.armour_at = last_end_of_armour(text);
    while (!b->cut && sv_next_line(&rest, &line)) {
        if (sv_ends(line, SV("\r")))
            line.len--;
        if (line.at[0] == '-' && read_pgp(&p, line, &rest))
            continue;
        read_line(&p, line);
    }
    flush(&p);
    str_release(&p.joined);
}

void text_add_pre(struct text_builder *b, struct sv text)
{
    struct sv line;
    while (!b->cut && sv_next_line(&text, &line)) {
        if (sv_ends(line, SV("\r")))
            line.len--;
        text_add(b, TEXT_PRE, 0, line);
    }
}
