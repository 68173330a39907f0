/* UTF-8 (RFC 3629) and Unicode normalisation (ICU stays inside utf8.c). */
#ifndef CASEMATE_BASE_UTF8_H
#define CASEMATE_BASE_UTF8_H

#include "base/arena.h"
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
/* Words in running text: maximal runs of non-blank characters with at least one letter or digit. */
size_t utf8_words(struct sv text);
/* Line and column (from 1, column in characters) of a byte offset in valid text. */
void utf8_position(struct sv text, size_t offset, uint32_t *out_line, uint32_t *out_column);
/* A bidirectional or other invisible control character (Cc but TAB and LF, Cf that reorder or hide text). */
bool utf8_is_deceptive(uint32_t code_point);

#endif
