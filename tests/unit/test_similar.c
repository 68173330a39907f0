/* register/similar.c: likely duplicates of a proposal, and stems and tree terms below it. */
#include "profile_fixture.h"

#include "register/similar.h"
#include "register/stems.h"
#include "register/tree_terms.h"
#include "tree/io/outline.h"

struct entry {
    const char *name, *abstract, *affects, *tree;
};

/* A register about a lending library, so that the words are nobody's. */
static const struct entry library[] = {
    {"Borrower's card copied at the counter",
     "Somebody photographs the barcode of another reader's card and borrows on it. The reader is asked to pay for "
     "books that never came home.",
     "XEP-0001 \xC2\xA7"
     "2",
     NULL},
    {"Returned book not booked in",
     "A book lies in the return slot for days before it is scanned. Its reader is fined although it was brought "
     "back in time.",
     NULL, NULL},
    {"Loan history shown to the family",
     "The account page lists everything a child ever borrowed, and parents who know the password look up what a "
     "teenager reads.",
     NULL,
     "Learn what a child reads\n  Guess the password\n  AND Use the shared computer\n    Wait until the child "
     "leaves\n    Open the account page\n"},
    {"Rare maps cut out of atlases",
     "A visitor of the reading room takes a razor blade along and cuts maps out of old atlases, which nobody "
     "counts when they are handed back.",
     NULL,
     "Steal a map\n  AND Cut it out\n    Carry in a blade\n    Sit out of sight\n  Swap the atlas for a copy\n"},
    {"Catalogue search tells who searches",
     "Searches go to the catalogue in clear text, so that whoever runs the wireless network sees which illness a "
     "reader looks up. RFC 3552 describes such listeners.",
     NULL, NULL},
    {"Reservation queue jumped by a clerk",
     "A clerk moves the reservation of a friend to the top of the queue, and the others wait for the new novel "
     "for months.",
     NULL, NULL},
    {"Overdue notices sent by a fraud",
     "A letter or mail that looks like an overdue notice asks for the fine on a foreign bank account. Many "
     "readers pay it without looking at their loans.",
     "XEP-0001 \xC2\xA7"
     "4",
     NULL},
    {"Donated books carry vermin into the stacks",
     "Boxes of donated books are put on the shelves unseen, with silverfish and mould that spread to the "
     "collection.",
     NULL, NULL},
    {"Self-service gate opens for undemagnetised books",
     "The alarm at the exit ignores books whose strip was covered with foil, so that a thief walks out with them.",
     NULL, "Walk out with a book\n  Cover the strip with foil\n  Throw the book out of a window\n"},
    {"Meeting room booked under false names",
     "One association books the meeting room under invented names for every evening of the year, and others find "
     "it taken.",
     NULL, NULL},
    {"Printer keeps what readers print",
     "The public printer stores each job on its disk. Whoever services or buys it reads letters and bank "
     "statements of readers.",
     NULL, NULL},
    {"Reading room clock wrong at closing time",
     "The clock is slow, the doors are locked by another one, and a reader spends the night inside.", NULL, NULL},
};

static const struct {
    unsigned entry;
    const char *name, *abstract;
} paraphrases[] = {
    {0, "Stolen barcodes",
     "With a picture of the barcode from a reader's card a stranger takes books home, and the card's owner has to "
     "pay."},
    {1, "Fines for books that were back in time",
     "Nobody empties the slot for returns, so books count as late although their borrowers brought them."},
    {2, "Parents spy on loans",
     "Mothers and fathers log in with a teenager's password and see on the account page all that was borrowed."},
    {3, "Theft of maps", "With a blade a thief removes maps from an old atlas in the reading room."},
    {4, "Eavesdropping on the catalogue",
     "The operator of the wireless net reads which diseases people search for, because the catalogue has no "
     "encryption."},
    {5, "Clerks favour their friends", "Staff put friends first when a new novel is reserved by many."},
    {6, "Phishing with fines", "Forged mails about overdue loans want money sent to some bank account abroad."},
    {7, "Mould from gifts",
     "Gifts of old books bring silverfish and mould into the collection, as nobody checks the boxes."},
    {8, "Foil against the alarm",
     "Wrapped in foil, the magnetic strip of a book is not noticed by the gate at the exit."},
    {9, "Fake reservations of the meeting room", "A club invents names and takes the meeting room every evening."},
    {10, "Disk of the public printer",
     "Print jobs stay on the printer's disk, and a technician can read letters from it."},
};

static const char *entry_text(struct arena *a, const struct entry *e, size_t number)
{
    const char *affects = e->affects ? arena_printf(a, "affects: [%s]\n", e->affects) : "";
    const char *tree = e->tree ? arena_printf(a, "\n## Gap\n\n```attack-tree\n%s```\n", e->tree) : "";
    return arena_printf(a,
                        "---\nid: T-%04zu\nname: \"%s\"\nareas: [messaging]\n%sstage: identified\nproposed: {by: "
                        "ada, date: 2026-11-22}\n---\n\n## Abstract\n\n%s\n%s",
                        number, e->name, affects, e->abstract, tree);
}

/* The small profile with these entries instead of its own. */
static void make(struct arena *a, const struct entry *entries, size_t count, struct profile *out)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct diag diag;
    diag_init(&diag, a);
    fixture_read(a, "tests/data/profile-small", &files);
    struct profile_file *template = fixture_file(&files, "template.md");
    template->text = fixture_replace(a, template->text, SV("max_words: 20"), SV("max_words: 90"));
    template->text = fixture_replace(a, template->text, SV("max_words: 6"), SV("max_words: 12"));
    while (files.list.len && sv_starts(sv_str(files.list.at[files.list.len - 1].path), SV("threats/")))
        files.list.len--;
    for (size_t i = 0; i < count; i++)
        *vec_push(a, &files.list) = (struct profile_file){arena_printf(a, "threats/T-%04zu-x.md", i + 1),
                                                          sv_str(entry_text(a, &entries[i], i + 1))};
    profile_parse(a, &files, "", &diag, out);
    if (count) /* the analysis names T-0001 */
        assert_string_equal(fixture_faults(a, &diag), "");
    assert_int_equal(out->threats.len, count);
}

static bool has(const struct similar_why *why, const char *text)
{
    for (size_t i = 0; i < why->len; i++)
        if (sv_eq_str(why->at[i], text))
            return true;
    return false;
}

static void test_stems(void **state CM_UNUSED)
{
    static const struct {
        const char *name, *text, *stems;
    } rows[] = {
        {"nothing", "", ""},
        {"words that say nothing", "The one which was there.", ""},
        {"plural", "keys queues boxes batches classes status analysis",
         "key queu box batch class status analysis"},
        {"verbs", "strip strips stripped stripping", "strip strip strip strip"},
        {"double letters that stay", "call calls called calling", "call call call call"},
        {"a word and its noun", "authenticate authenticates authenticating authentication",
         "authentic authentic authentic authentic"},
        {"who does it", "attack attacker attackers operate operator", "attack attack attack oper oper"},
        {"short words stay whole", "red king bed ions", "red king bed ion"},
        {"letter case, marks of the sentence", "Server's \"TLS\", (DNS)!", "serv tls dns"},
        {"one character", "a b 7 77", "77"},
        {"other letters", "Schl\u00FCssel \u043A\u043B\u044E\u0447 STRASSE stra\u00DFe",
         "schl\u00FCssel \u043A\u043B\u044E\u0447 strass strass"},
        {"composed and not", "u\u0308ber \u00FCber", "\u00FCber \u00FCber"},
        {"joined words", "look-alike end_to_end", "look alik end end"},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct stems stems = {{NULL, 0, 0}};
        struct str got = STR_INIT;
        stems_of(&a, sv_str(rows[i].text), &stems);
        for (size_t k = 0; k < stems.list.len; k++)
            str_addf(&got, "%s%.*s", k ? " " : "", SV_ARG(stems.list.at[k].stem));
        if (strcmp(str_cstr(&got), rows[i].stems))
            fail_msg("%s: %s", rows[i].name, str_cstr(&got));
        str_release(&got);
    }
    arena_release(&a);
}

static const struct tree *outline(struct arena *a, const char *text)
{
    struct diag diag;
    diag_init(&diag, a);
    const struct tree *t = outline_parse(a, sv_str(text), "x", 1, 1, NULL, &diag);
    if (!t)
        fail_msg("%s", fixture_faults(a, &diag));
    return t;
}

/* Steps and gates that two trees have in common. */
static void common(struct arena *a, const char *x, const char *y, size_t *steps, size_t *gates)
{
    struct tree_terms one = {{NULL, 0, 0}}, other = {{NULL, 0, 0}};
    tree_terms_of(a, outline(a, x), &one);
    tree_terms_of(a, outline(a, y), &other);
    *steps = *gates = 0;
    for (size_t i = 0; i < one.list.len; i++)
        for (size_t k = 0; k < other.list.len; k++)
            if (one.list.at[i].step == other.list.at[k].step && sv_eq(one.list.at[i].key, other.list.at[k].key))
                ++*(one.list.at[i].step ? steps : gates);
}

static void test_tree_terms(void **state CM_UNUSED)
{
    static const struct {
        const char *name, *x, *y;
        size_t steps, gates;
    } rows[] = {
        {"the same", "g\n  Take a key\n  Open doors\n", "g\n  Take a key\n  Open doors\n", 2, 1},
        {"another goal", "One goal\n  Take a key\n  Open doors\n", "Two\n  Take a key\n  Open doors\n", 2, 1},
        {"order and form of words", "g\n  Take the keys\n  Opening a door\n", "g\n  Open doors\n  Take key\n", 2,
         1},
        {"another gate", "g\n  AND Both\n    Take key\n    Open door\n  Else\n",
         "g\n  Both\n    Take key\n    Open door\n  Else\n", 3 - 1, 0},
        {"in sequence or not", "g\n  AND Both\n    Take key\n    Open door\n",
         "g\n  SAND First, then\n    Open door\n    Take key\n", 2, 2},
        {"countermeasures and values do not count", "g\n  Take key [p=0.5]\n    ! Lock\n  Open door\n",
         "g\n  Take key\n  Open door [p=0.1]\n", 2, 1},
        {"a part", "g\n  AND Both\n    Take key\n    Open door\n  Break wall\n",
         "g\n  AND Others\n    Take key\n    Open door\n  Dig hole\n", 2, 1},
        {"shared steps", "g\n  AND Both\n    #k Take key\n    Open door\n  AND Too\n    = #k\n    Dig hole\n",
         "g\n  AND Both\n    Take key\n    Open door\n  AND Too\n    Take key\n    Dig hole\n", 4, 3},
        {"references", "g\n  -> T-0017\n  Open door\n", "g\n  Open door\n  -> T-0017\n", 2, 1},
        {"nothing", "g\n  Take key\n  Open door\n", "g\n  Dig hole\n  Break wall\n", 0, 0},
        {"only a goal", "Open door\n", "Opened doors\n", 1, 0},
    };
    struct arena a = ARENA_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        size_t steps, gates;
        common(&a, rows[i].x, rows[i].y, &steps, &gates);
        if (steps != rows[i].steps || gates != rows[i].gates)
            fail_msg("%s: %zu steps, %zu gates", rows[i].name, steps, gates);
    }
    arena_release(&a);
}

static void test_paraphrases_are_found(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    make(&a, library, ARRAY_LEN(library), &p);
    for (size_t i = 0; i < ARRAY_LEN(paraphrases); i++) {
        struct similars s;
        struct similar_query q = {.name = sv_str(paraphrases[i].name),
                                  .abstract = sv_str(paraphrases[i].abstract)};
        similar_find(&a, &p, &q, 3, &s);
        size_t at = 0;
        while (at < s.list.len && s.list.at[at].threat != paraphrases[i].entry)
            at++;
        if (at == s.list.len)
            fail_msg("%s: not among the first three", paraphrases[i].name);
        if (s.list.at[at].score < SIMILAR_LIKELY)
            fail_msg("%s: %.3f", paraphrases[i].name, s.list.at[at].score);
        assert_true(s.list.at[at].words.len > 0);
    }
    arena_release(&a);
}

static void test_what_is_new_is_not_found(void **state CM_UNUSED)
{
    static const char *const texts[] = {"", "The and of.", "Water from the roof drips onto the shelves.",
                                        "Bicycles in front of the entrance block the wheelchair ramp.",
                                        "\u0431\u0438\u0431\u043B\u0438\u043E\u0442\u0435\u043A\u0430"};
    struct arena a = ARENA_INIT;
    struct profile p;
    make(&a, library, ARRAY_LEN(library), &p);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct similars s;
        similar_find(&a, &p, &(struct similar_query){.name = SV_NONE, .abstract = sv_str(texts[i])}, 3, &s);
        if (s.list.len && s.list.at[0].score >= SIMILAR_LIKELY)
            fail_msg("%s: %.3f like %u", texts[i], s.list.at[0].score, s.list.at[0].threat);
    }
    make(&a, library, 0, &p);
    struct similars s;
    similar_find(&a, &p, &(struct similar_query){.name = SV("Theft"), .abstract = SV("of maps")}, 3, &s);
    assert_int_equal(s.list.len, 0);
    arena_release(&a);
}

static void test_why(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    struct similars s;
    make(&a, library, ARRAY_LEN(library), &p);
    struct similar_query q = {.name = SV("Maps cut out of atlases"),
                              .abstract = SV("See RFC 3552 and T-0001 about listeners."),
                              .tree = outline(&a, "Have a map\n  Swap an atlas for copies\n  Carry in blades\n")};
    similar_find(&a, &p, &q, 2, &s);
    assert_int_equal(s.list.len, 2);
    assert_int_equal(s.list.at[0].threat, 3);
    assert_true(has(&s.list.at[0].words, "atlases") && has(&s.list.at[0].words, "maps"));
    assert_true(has(&s.list.at[0].steps, "Swap an atlas for copies") &&
                has(&s.list.at[0].steps, "Carry in blades"));
    assert_int_equal(s.list.at[0].steps.all, 2);
    assert_int_equal(s.list.at[0].documents.len, 0);
    assert_int_equal(s.list.at[1].threat, 4);
    assert_true(has(&s.list.at[1].documents, "RFC 3552") && has(&s.list.at[1].words, "listeners"));
    assert_false(has(&s.list.at[1].words, "rfc") || has(&s.list.at[1].words, "3552"));
    arena_release(&a);
}

/* What each part adds, and that scores stay in [0, 1]. */
static void test_scores(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct profile p;
    struct similars text, document, tree, all;
    make(&a, library, ARRAY_LEN(library), &p);
    const struct threat *maps = &p.threats.at[3], *card = &p.threats.at[0];
    similar_find(&a, &p, &(struct similar_query){.name = maps->name, .abstract = similar_to(&p, maps).abstract}, 1,
                 &text);
    assert_true(text.list.at[0].threat == 3 && text.list.at[0].score > 0.999999 && text.list.at[0].score <= 1);
    similar_find(&a, &p, &(struct similar_query){.affects = card->affects.at, .affects_count = 1}, 5, &document);
    assert_int_equal(document.list.len, 2);
    assert_int_equal(document.list.at[0].threat, 0); /* of equals the earlier */
    assert_true(document.list.at[0].score > SIMILAR_DOCUMENTS - 1e-9 &&
                document.list.at[0].score < SIMILAR_DOCUMENTS + 1e-9);
    similar_find(&a, &p, &(struct similar_query){.tree = maps->tree}, 5, &tree);
    assert_int_equal(tree.list.len, 1);
    assert_true(tree.list.at[0].score > SIMILAR_TREE - 1e-9 && tree.list.at[0].score < SIMILAR_TREE + 1e-9);
    struct similar_query q = similar_to(&p, maps);
    q.leave_out = NULL;
    similar_find(&a, &p, &q, 5, &all);
    assert_true(all.list.at[0].threat == 3 && all.list.at[0].score <= 1);
    q.leave_out = maps;
    similar_find(&a, &p, &q, 99, &all);
    for (size_t i = 0; i < all.list.len; i++)
        assert_true(all.list.at[i].threat != 3 && all.list.at[i].score > 0 &&
                    (!i || all.list.at[i].score <= all.list.at[i - 1].score));
    similar_find(&a, &p, &q, 0, &all);
    assert_int_equal(all.list.len, 0);
    arena_release(&a);
}

/* 1,000 entries; the map's keys are other ones in each process, and here memory lies elsewhere each time. */
static void test_a_large_register_gives_the_same_each_time(void **state CM_UNUSED)
{
    struct arena a = ARENA_INIT;
    struct entry *many = arena_new_array(&a, struct entry, 1000);
    struct profile p;
    struct similars first = {{NULL, 0, 0}};
    for (size_t i = 0; i < 1000; i++) {
        many[i] = library[i % ARRAY_LEN(library)];
        many[i].name = arena_printf(&a, "%s %zu", many[i].name, i);
    }
    make(&a, many, 1000, &p);
    for (int run = 0; run < 5; run++) {
        struct similars s;
        struct similar_query q = similar_to(&p, &p.threats.at[500]);
        similar_find(&a, &p, &q, 10, &s);
        assert_int_equal(s.list.len, 10);
        for (size_t i = 0; i < s.list.len; i++) {
            assert_int_equal(s.list.at[i].threat % ARRAY_LEN(library), 500 % ARRAY_LEN(library));
            assert_true(!i || s.list.at[i].score < s.list.at[i - 1].score ||
                        s.list.at[i].threat > s.list.at[i - 1].threat);
            if (run)
                assert_memory_equal(&s.list.at[i].score, &first.list.at[i].score, sizeof(double));
        }
        first = s;
    }
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stems),
        cmocka_unit_test(test_tree_terms),
        cmocka_unit_test(test_paraphrases_are_found),
        cmocka_unit_test(test_what_is_new_is_not_found),
        cmocka_unit_test(test_why),
        cmocka_unit_test(test_scores),
        cmocka_unit_test(test_a_large_register_gives_the_same_each_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
