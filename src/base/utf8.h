/* UTF-8 (RFC 3629), Unicode normalisation, and look-alikes (ICU stays inside utf8.c and utf8_skeleton.c). */
#ifndef CASEMATE_BASE_UTF8_H
#define CASEMATE_BASE_UTF8_H

#include "base/arena.h"
#include "base/err.h"
#include "base/sv.h"

/* True for valid UTF-8: no overlong forms, surrogates or code points above U+10FFFF. Otherwise *out_bad (may
 * be NULL) is the offset of the first byte of the first bad sequence. NUL is valid here. */
bool utf8_valid(struct sv text, size_t *out_bad);
/* Bytes of the valid sequence that begins at byte `at` (below text.len), or 0 when there is none. */
size_t utf8_sequence(struct sv text, size_t at);
/* Takes one code point off valid text at *at (byte offset, moved on). */
uint32_t utf8_next(struct sv text, size_t *at);
/* Number of code points in valid text. */
size_t utf8_count(struct sv text);
/* Columns on a terminal, East Asian Wide and combining marks heeded. */
size_t utf8_width(struct sv text);
/* Valid text in NFC; the same view when it already is. */
struct sv utf8_nfc(struct arena *a, struct sv text);
bool utf8_is_nfc(struct sv text);
/* Full case folding, for search and comparison. */
struct sv utf8_fold(struct arena *a, struct sv text);
/* A letter or decimal digit (combining marks are neither). */
bool utf8_is_alnum(uint32_t code_point);
/* Words in running text: maximal runs of non-blank characters with at least one letter or digit. */
size_t utf8_words(struct sv text);
/* Line and column (from 1, column in characters) of a byte offset in valid text. */
void utf8_position(struct sv text, size_t offset, uint32_t *out_line, uint32_t *out_column);
/* A bidirectional or other invisible control character (Cc but TAB and LF, Cf that reorder or hide text). */
bool utf8_is_deceptive(uint32_t code_point);

/* ---- utf8_skeleton.c: names that people could take for one another ---- */

enum { UTF8_SKELETON_MAX = 1024 }; /* bytes of a name */

/* Two keys of one name. Both are opaque: for comparison and for an index, never to be shown. Valid UTF-8 in NFD,
 * without blanks at the ends. */
struct utf8_skeleton {
    struct sv caseless; /* as if upper and lower case were the same: "Admin" and "ADMIN" */
    struct sv shown;    /* as it looks when it is shown as written: a capital "I" like a small "l" */
};

/* The skeleton of a name. skeleton() is that of Unicode Technical Standard 39, section 4, with the data of the ICU
 * that is installed, and fold() is NFKC_Casefold of the Unicode Standard (section 3.13: full case folding, NFKC, and
 * Default_Ignorable_Code_Point removed, which takes zero-width joiners and variation selectors away):
 *
 *     step(X)  = skeleton(fold(X))
 *     caseless = step(step(step(X)))
 *     shown    = caseless(skeleton(NFKC(X)))
 *
 * Then runs of White_Space, and of U+2800 (a blank though no white space), become one space, and those at the ends
 * go. UTS 39 defines skeleton() without regard to case; here people name themselves, and their names are shown as
 * written but found without regard to case, hence two keys. The further steps are there because the data map some
 * characters to what fold() changes ("0" to "O", "%" to "º/₀"); with three, a key is its own key.
 *
 * A plain ASCII name has a skeleton that differs from it, too: "m" becomes "rn", and "1" and "|" become "l".
 *
 * Texts are in the arena. A name of which nothing is seen (only ignorable characters and blanks) has empty keys:
 * the caller refuses it. CM_EINPUT: not UTF-8 (the message names the byte). CM_ELIMIT: longer than
 * UTF8_SKELETON_MAX. Keys depend on the version of ICU: a store that keeps them computes them anew when that
 * changes. Loads libicui18n on first use. About 10 microseconds a name. */
CM_MUST_USE int utf8_skeleton(struct arena *a, struct sv name, struct utf8_skeleton *out, struct err *err);
/* Whether one name can be taken for the other: one of the two keys is the same. Not transitive. */
bool utf8_confusable(const struct utf8_skeleton *x, const struct utf8_skeleton *y);

#endif
