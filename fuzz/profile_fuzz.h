/* The other files around the one that is fuzzed, as small as they can be. */
#ifndef CASEMATE_FUZZ_PROFILE_FUZZ_H
#define CASEMATE_FUZZ_PROFILE_FUZZ_H

#include "profile/profile.h"

#define FUZZ_TERM "[{id: a, name: A, means: a}, {id: b, name: B, means: b}]"
#define FUZZ_SIG                                                                                   \
    "casemate: 1\nname: N\ncommunity: C\nprefix: T\nlanguage: en\ncharter: c\nstanding: true\n"    \
    "reports_to: {name: R}\nvenue: {name: V}\nerrata: e\nauthors: [{first: F, last: L}]\n"         \
    "legal: {profile: own, copyright: c, permissions: p, warranty: w, liability: l, conformance: " \
    "k}\n"                                                                                         \
    "series: [{prefix: \"XEP-\", digits: 4, name: X}, {prefix: \"RFC \", name: R}]\n"              \
    "areas: " FUZZ_TERM "\nstride: " FUZZ_TERM "\nlevels: " FUZZ_TERM                              \
    "\nattacker:\n  positions: " FUZZ_TERM "\n  surfaces: " FUZZ_TERM "\n  activities: " FUZZ_TERM \
    "\ncoverage: " FUZZ_TERM "\nscales:\n  likelihood: " FUZZ_TERM "\n  damage: " FUZZ_TERM        \
    "\npriorities: [{id: 1, name: P, means: p}]\npriority_table:\n  a: {a: 1, b: 1}\n  b: {a: 1, " \
    "b: 1}\n"                                                                                      \
    "roles: [{id: m, name: M, may: [read]}]\n"                                                     \
    "reading_list: {series: [{prefix: \"XEP-\", statuses: [S]}], also: [RFC 1]}\n"
#define FUZZ_COVERAGE                                                                              \
    "id\tversion\tresult\tthreats\tconsiderations\tnote\n"                                        \
    "XEP-0001\t1.0\tnothing-new\t-\tthin\t\nRFC 1\t-\tcited\tT-0002\t-\t\n"
#define FUZZ_PROCESS                                                                               \
    "---\ntitle: P\nmode: m\nmodes:\n  m: {estimators: 1, first_round_days: 0, second_round: "     \
    "none, "                                                                                       \
    "second_round_days: 0, acceptance: reviews, call_days: 0}\nspread: 2\nbatch: "                 \
    "10\nobjection_days: 7\n"                                                                      \
    "stages: [{id: a, name: A, means: a, needs: [fields]}, {id: b, name: B, means: b, needs: "     \
    "[fields, "                                                                                    \
    "responses, level]}]\nends: [{id: merged, name: M, means: m, needs: [reason, successor]}]\n"   \
    "calls: {minimum_days: 1, silence: consents}\nmoderation: {first_post: hold, other_posts: "    \
    "pass, "                                                                                       \
    "off_stage: park, hold_hours: 1, on_timeout: approve}\nembargo_days: 1\nreport_days: 1\n"      \
    "silence: {warn_months: 1, end_months: 2}\n---\n\nProse {{batch}}.\n"
#define FUZZ_TEMPLATE                                                                              \
    "---\ntitle: T\nfields:\n  - {id: name, name: Name, kind: line, from: a}\n"                    \
    "  - {id: abstract, name: Abstract, kind: prose, from: a, max_words: 9}\n"                     \
    "  - {id: likelihood, name: Likelihood, kind: rating, scale: likelihood, from: b}\n"           \
    "  - {id: damage, name: Damage, kind: rating, scale: damage, from: b}\n"                       \
    "  - {id: priority, name: Priority, kind: priority, from: b}\n---\n\n## Name\n\nn\n\n"         \
    "## Abstract\n\na\n\n## Likelihood\n\nl\n\n## Damage\n\nd\n\n## Priority\n\np\n"
#define FUZZ_REFERENCES                                                                            \
    "id\ttitle\tversion\tdate\tstatus\turl\nRFC 1\tA\t\t\tS\thttps://x.example/\n"                 \
    "XEP-0001\tB\t1.0\t2001\tS\thttps://x.example/\n"
#define FUZZ_THREAT                                                                                \
    "---\nid: T-0002\nname: N\nstage: a\nproposed: {by: x, date: 2026-11-22}\n---\n\n## "          \
    "Abstract\n\nSee RFC 1.\n\n"                                                                   \
    "```attack-tree\nG\n  -> T-0001\n  #s S\n```\n"

/* The folder with one file replaced by the data. */
static inline void fuzz_files(struct arena *a, const char *path, struct sv data,
                              struct profile_files *out)
{
    const struct profile_file all[] = {
        {"coverage.tsv", SV(FUZZ_COVERAGE)},
        {"process.md", SV(FUZZ_PROCESS)},
        {"references.tsv", SV(FUZZ_REFERENCES)},
        {"sig.yaml", SV(FUZZ_SIG)},
        {"template.md", SV(FUZZ_TEMPLATE)},
        {"threats/T-0001-x.md", SV("---\n---\n")},
        {"threats/T-0002-y.md", SV(FUZZ_THREAT)},
    };
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct profile_file *file = vec_push(a, &out->list);
        *file = all[i];
        if (!strcmp(file->path, path))
            file->text = data;
    }
}

/* Reads it; every message must be printable and have its place. */
static inline void fuzz_profile(struct arena *a, const char *path, struct sv data,
                                struct profile *out)
{
    struct profile_files files = {{NULL, 0, 0}};
    struct diag diag;
    diag_init(&diag, a);
    fuzz_files(a, path, data, &files);
    profile_parse(a, &files, "", &diag, out);
    diag_sort(&diag);
    for (size_t i = 0; i < diag.len; i++)
        (void)diag_format(&diag, &diag.items[i]);
}

#endif
