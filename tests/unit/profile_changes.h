/* Generated once and read through by hand: each change to the small profile with its messages. */
static const struct change changes[] = {
    {"sig.yaml", "casemate: 1", "casemate: 2", "sig.yaml:2:11: error: `casemate` is \"2\"; expected 1\n"},
    {"sig.yaml", "name: Small Group\n", "",
     "sig.yaml:2:1: error: `name` is missing; expected a line `name: ...`\n"},
    {"sig.yaml", "community: Tests", "comunity: Tests",
     "sig.yaml:2:1: error: `community` is missing; expected a line `community: ...`\n"
     "sig.yaml:4:1: error: unknown key \"comunity\"; expected community (did you mean that?)\n"},
    {"sig.yaml", "prefix: T", "prefix: T-",
     "sig.yaml:5:9: error: `prefix` is \"T-\"; expected one to eight capital letters or digits, a letter "
     "first\n"},
    {"sig.yaml", "standing: true", "standing: yes",
     "sig.yaml:8:11: error: `standing` is \"yes\"; expected true or false\n"},
    {"sig.yaml", "url: \"https://example.org/list\"", "url: \"ftp://x\"",
     "sig.yaml:10:26: error: `url` is \"ftp://x\"; expected an http or https address\n"},
    {"sig.yaml", "authors:\n  - {first: Ada, last: Example, email: ada@example.org}", "authors: []",
     "sig.yaml:12:10: error: `authors` is empty; expected at least one person who signs the documents\n"},
    {"sig.yaml", "profile: own", "profile: owm",
     "sig.yaml:15:12: error: unknown value of `profile`: \"owm\"; expected own (did you mean that?)\n"},
    {"sig.yaml", "  warranty: w\n", "",
     "sig.yaml:15:3: error: `warranty` is missing; expected a line `warranty: ...`\n"},
    {"sig.yaml", "digits: 4", "digits: four",
     "sig.yaml:22:30: error: `digits` is \"four\"; expected a whole number from 1 to 9\n"},
    {"sig.yaml", "id: messaging", "id: Messaging",
     "sig.yaml:26:10: error: \"Messaging\" is not an identifier; expected lower-case words joined by "
     "hyphens\n"
     "threats/T-0002-second.md:4:9: error: unknown area \"messaging\"; expected transport\n"},
    {"sig.yaml", "id: messaging", "id: transport",
     "sig.yaml:26:10: error: the id \"transport\" stands twice in `areas`; expected another id\n"
     "threats/T-0002-second.md:4:9: error: unknown area \"messaging\"; expected transport\n"},
    {"sig.yaml", "interval: [0.001, 0.05]", "interval: [0.5, 0.05]",
     "sig.yaml:40:50: error: `interval` is not a pair of probabilities; expected two numbers from 0 to 1, "
     "the lower one first\n"},
    {"sig.yaml", "  low: {small: 3, large: 2}", "  low: {small: 3}",
     "sig.yaml:50:8: error: no priority for likelihood low and damage large; expected a priority for each "
     "pair of levels\n"},
    {"sig.yaml", "  low: {small: 3, large: 2}", "  low: {small: 3, large: 4}",
     "sig.yaml:50:26: error: the priority of likelihood low and damage large is \"4\"; expected a number of "
     "`priorities`, 1 to 3\n"},
    {"sig.yaml", "  low: {small: 3, large: 2}\n", "",
     "sig.yaml:50:3: error: `priority_table` has no line for likelihood low; expected a priority for each "
     "pair of levels\n"},
    {"sig.yaml", "  high: {small: 2, large: 1}", "  high: {small: 2, large: 3}",
     "sig.yaml:51:27: error: likelihood high and damage large has priority 3, less urgent than the 2 of low "
     "and large; expected 2 or a smaller number\n"
     "sig.yaml:51:27: error: likelihood high and damage large has priority 3, less urgent than the 2 of high "
     "and small; expected 2 or a smaller number\n"},
    {"sig.yaml", "  high: {small: 2, large: 1}", "  hihg: {small: 2, large: 1}",
     "sig.yaml:50:3: error: `priority_table` has no line for likelihood high; expected a priority for each "
     "pair of levels\n"
     "sig.yaml:51:3: error: unknown key \"hihg\"; expected high (did you mean that?)\n"},
    {"sig.yaml", "{id: 2, name: Second", "{id: 4, name: Second",
     "sig.yaml:47:10: error: priority 4 is at place 2 of the list; expected 1, 2, 3 and so on, the most "
     "urgent first\n"},
    {"sig.yaml", "may: [propose, comment]", "may: [propose, coment]",
     "sig.yaml:53:47: error: unknown right \"coment\"; expected comment (did you mean that?)\n"},
    {"sig.yaml", "levels:\n  - {id: protocol, name: Protocol, means: \"p\"}", "levels: protocol",
     "sig.yaml:29:9: error: `levels` is not a list; expected a list such as [a, b]\n"
     "threats/T-0001-first.md:6:8: error: unknown level \"protocol\"; expected none, since sig.yaml lists no "
     "level\n"},
    {"sig.yaml", "legal:", "legal: &x",
     "sig.yaml:14:8: error: an anchor (&name); expected plain YAML without anchors\n"},
    {"process.md", "mode: author\n", "mode: auther\n",
     "process.md:3:7: error: unknown mode \"auther\"; expected author (did you mean that?)\n"},
    {"process.md", "estimators: 1,", "estimators: 0,",
     "process.md:5:24: error: `estimators` is \"0\"; expected a whole number from 1 to 1000\n"},
    {"process.md", "second_round: none", "second_round: some",
     "process.md:5:62: error: unknown value of `second_round`: \"some\"; expected none or on-spread\n"},
    {"process.md", "spread: 2\n", "spread: 2\nnames: hiden\n",
     "process.md:7:8: error: unknown value of `names`: \"hiden\"; expected hidden (did you mean that?)\n"},
    {"process.md", "spread: 2\n", "names: hidden\nspread: 2\n", ""},
    {"process.md", "needs: [fields]", "needs: [feilds]",
     "process.md:10:60: error: unknown need \"feilds\"; expected fields (did you mean that?)\n"},
    {"process.md", "{id: responses, name: Responses", "{id: analysed, name: Responses",
     "process.md:12:10: error: the stage or end \"analysed\" stands twice; expected another id\n"
     "template.md:9:66: error: unknown stage \"responses\"; expected identified or analysed\n"
     "template.md:10:45: error: unknown stage \"responses\"; expected identified or analysed\n"
     "threats/T-0001-first.md:9:8: error: unknown stage \"responses\"; expected identified, analysed, merged "
     "or split\n"},
    {"process.md", "{{calls.minimum_days}}", "{{calls.minimum_day}}",
     "process.md:36:16: error: there is no value {{calls.minimum_day}}; expected a path of the front matter, "
     "such as {{objection_days}} or {{calls.minimum_days}}\n"},
    {"process.md", "{{calls.minimum_days}}", "{{calls}}",
     "process.md:36:16: error: {{calls}} is not a single value; expected the path of one value\n"},
    {"process.md", "{{calls.minimum_days}}", "{{calls.minimum_days",
     "process.md:36:14: error: `{{` without `}}` in the same line; expected {{path}}\n"},
    {"process.md", "{{calls.minimum_days}}", "{{stages.identified.name}} {{ modes.author.estimators }}", ""},
    {"process.md", "A call lasts", "T-0001 lasts",
     "process.md:36:1: error: the process names the threat T-0001; expected rules that hold for every "
     "threat\n"},
    {"process.md", "RFC 3552", "RFC 3553",
     "process.md:36:29: error: RFC 3553 is not in references.tsv; expected a line for it there\n"},
    {"process.md", "A call lasts",
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word "
     "word word word word word word word word word word word word word word word word word word word word ",
     "process.md:34:1: error: the process has 1507 words; expected at most 1500\n"},
    {"process.md", "A call lasts", "A <b>call</b> lasts",
     "process.md:36:3: error: raw HTML; expected Markdown; a < that is meant as text is written \\<\n"
     "process.md:36:10: error: raw HTML; expected Markdown; a < that is meant as text is written \\<\n"},
    {"process.md", "silence: consents", "silence: objects",
     "process.md:16:36: error: unknown value of `silence`: \"objects\"; expected consents or abstains\n"},
    {"template.md", "from: identified, max_words: 6", "from: identifed, max_words: 6",
     "template.md:4:46: error: unknown stage \"identifed\"; expected identified (did you mean that?)\n"},
    {"template.md", "from: identified, max_words: 6", "from: merged, max_words: 6",
     "template.md:4:46: error: unknown stage \"merged\"; expected identified, analysed or responses\n"},
    {"template.md", "from: identified, max_words: 6", "from: identified, since: soon, max_words: 6",
     "template.md:4:65: error: `since` is \"soon\"; expected a date such as 2026-11-22\n"},
    {"template.md", "kind: priority", "kind: prose",
     "template.md:4:3: error: 0 priority fields; expected exactly one\n"
     "threats/T-0001-first.md:9:1: error: stage responses: Priority is empty; write a section \"## "
     "Priority\"\n"},
    {"template.md", "{id: gap, name: Gap, kind: prose", "{id: gap, name: Gap, kind: prose, scale: damage",
     "template.md:10:39: error: `scale` stands on a field of another kind; expected it on rating fields "
     "only\n"},
    {"template.md", "{id: gap,", "{id: stage,", ""},
    {"template.md", "{id: gap, name: Gap, kind: prose", "{id: stage, name: Gap, kind: line",
     "template.md:10:10: error: the field id \"stage\" is a key that every threat has; expected another id\n"
     "template.md:39:1: error: unknown heading \"Gap\"; expected Name, Abstract, Likelihood, Damage, "
     "Priority or Existing approaches\n"
     "threats/T-0001-first.md:33:1: error: unknown section \"Gap\"; expected Abstract, Likelihood, Damage or "
     "Existing approaches\n"
     "threats/T-0002-second.md:18:1: error: unknown section \"Gap\"; expected Abstract, Likelihood, Damage "
     "or Existing approaches\n"},
    {"template.md", "## Damage", "## Damagee",
     "template.md:4:3: error: the field \"Damage\" has no guidance; expected a section \"## Damage\"\n"
     "template.md:27:1: error: unknown heading \"Damagee\"; expected Damage (did you mean that?)\n"},
    {"template.md", "## Name\n\nThe name. Short.\n\n## Abstract\n\nTwo sentences.",
     "## Abstract\n\nTwo sentences.\n\n## Name\n\nThe name.",
     "template.md:19:1: error: the section \"Name\" stands after \"Abstract\"; expected the order of "
     "`fields`\n"},
    {"template.md", "How bad.\n", "",
     "template.md:27:1: error: the section \"Damage\" is empty; expected guidance for this field\n"},
    {"template.md", "How bad.", "How bad in RFC 77?",
     "template.md:29:12: error: RFC 77 is not in references.tsv; expected a line for it there\n"},
    {"analysis.md", "## Before\n", "text\n\n## Before\n",
     "analysis.md:6:1: error: text before the first heading; expected a line `## ...` before it\n"},
    {"analysis.md", "T-0001", "T-0009",
     "analysis.md:8:5: error: there is no threat T-0009; expected the identifier of a threat of this "
     "group\n"},
    {"analysis.md", "<!-- register -->", "<!-- register -->\n\ntext",
     "analysis.md:12:1: error: text between `<!-- register -->` and the next heading; expected the mark at "
     "the end of a chapter\n"},
    {"analysis.md", "Done.", "Done.\n\n<!-- register -->",
     "analysis.md:16:1: error: a second line `<!-- register -->`; expected it once\n"},
    {"references.tsv", "id\ttitle", "id\tname",
     "references.tsv:1:1: error: the first line does not name the columns; expected id, title, version, "
     "date, status, url, with one tab between\n"},
    {"references.tsv", "2001-02\t", "2001-13\t",
     "references.tsv:2:22: error: the date is \"2001-13\"; expected YYYY, YYYY-MM or YYYY-MM-DD\n"},
    {"references.tsv", "https://example.org/rfc3552", "example.org",
     "references.tsv:3:37: error: the url is \"example.org\"; expected an http or https address\n"},
    {"references.tsv", "XEP-0001\tProcess", "XEP-1\tProcess",
     "references.tsv:2:1: error: \"XEP-1\" is not of the form of its series; expected \"XEP-\" and 4 digits\n"
     "threats/T-0001-first.md:14:17: error: XEP-0001 is not in references.tsv; expected a line for it there\n"
     "threats/T-0001-first.md:31:1: error: XEP-0001 is not in references.tsv; expected a line for it "
     "there\n"},
    {"references.tsv", "", "RFC 3552\tAgain\t\t\tBCP\thttps://example.org/\n",
     "references.tsv:4:1: error: RFC 3552 stands twice; expected it once; the first is in line 3\n"},
    {"references.tsv", "", "RFC 1\tAgain\t\t\t\thttps://example.org/\n",
     "references.tsv:4:15: error: the status is empty; expected a text\n"},
    {"threats/T-0001-first.md", "id: T-0001", "id: T-0003",
     "analysis.md:8:5: error: there is no threat T-0001; expected the identifier of a threat of this group\n"
     "threats/T-0001-first.md:2:5: error: the id is T-0003, but the file is threats/T-0001-first.md; "
     "expected a file name that begins with T-0003\n"},
    {"threats/T-0001-first.md", "id: T-0001", "id: T-001",
     "threats/T-0001-first.md:2:5: error: `id` is \"T-001\"; expected T- and at least four digits, such as "
     "T-0001\n"},
    {"threats/T-0001-first.md", "id: T-0001", "id: T-0002",
     "analysis.md:8:5: error: there is no threat T-0001; expected the identifier of a threat of this group\n"
     "threats/T-0001-first.md:2:5: error: the id is T-0002, but the file is threats/T-0001-first.md; "
     "expected a file name that begins with T-0002\n"
     "threats/T-0001-first.md:15:11: error: `related` names the threat itself; expected another threat\n"
     "threats/T-0001-first.md:26:3: error: attack trees that refer to one another in a circle: T-0002 -> "
     "T-0002; expected references that lead to an end\n"
     "threats/T-0002-second.md:2:5: error: T-0002 is already the identifier of threats/T-0001-first.md; "
     "expected another identifier (casemate fmt --renumber gives it one)\n"},
    {"threats/T-0001-first.md", "name: First threat", "name: SECOND Threat",
     "threats/T-0002-second.md:3:7: error: the name is that of T-0001 in threats/T-0001-first.md; expected a "
     "name of its own\n"},
    {"threats/T-0001-first.md", "name: First threat", "name: One two three four five six seven",
     "threats/T-0001-first.md:3:1: error: Name has 7 words; expected at most 6\n"},
    {"threats/T-0001-first.md", "name: First threat", "name: Cafe\314\201 threat",
     "threats/T-0001-first.md:3:7: error: text that is not in Unicode's normal form C; expected "
     "\"Caf\303\251\" composed (casemate fmt does it)\n"},
    {"threats/T-0001-first.md", "name: First threat", "nmae: First threat",
     "threats/T-0001-first.md:2:1: error: `name` is missing; expected a line `name: ...`\n"
     "threats/T-0001-first.md:3:1: error: unknown key \"nmae\"; expected name (did you mean that?)\n"},
    {"threats/T-0001-first.md", "areas: [transport]", "areas: [transprot]",
     "threats/T-0001-first.md:4:9: error: unknown area \"transprot\"; expected transport (did you mean "
     "that?)\n"},
    {"threats/T-0001-first.md", "areas: [transport]\n", "",
     "threats/T-0001-first.md:8:1: error: `areas` is missing; expected a line `areas: [...]` with one or "
     "more of the areas of sig.yaml\n"},
    {"threats/T-0001-first.md", "areas: [transport]", "areas: [transport, transport]",
     "threats/T-0001-first.md:4:20: error: \"transport\" stands twice in `areas`; expected it once\n"},
    {"threats/T-0001-first.md", "stride: [spoofing]", "stride: [tampering]",
     "threats/T-0001-first.md:5:10: error: unknown STRIDE class \"tampering\"; expected spoofing\n"},
    {"threats/T-0001-first.md", "level: protocol\n", "",
     "threats/T-0001-first.md:8:1: error: stage responses: the level is missing; write `level: ...` with one "
     "of the levels of sig.yaml\n"},
    {"threats/T-0001-first.md", "level: protocol", "level: protocl",
     "threats/T-0001-first.md:6:8: error: unknown level \"protocl\"; expected protocol (did you mean "
     "that?)\n"},
    {"threats/T-0001-first.md", "affects: [RFC 3552 \302\2474.1]\n", "",
     "threats/T-0001-first.md:8:1: error: stage responses: no affected document is named; write `affects: "
     "[...]` with references\n"},
    {"threats/T-0001-first.md", "affects: [RFC 3552 \302\2474.1]", "affects: [RFC 3552 4.1]",
     "threats/T-0001-first.md:7:11: error: RFC 3552 4.1 is not in references.tsv; expected RFC 3552 (did you "
     "mean that?), or a line for it there\n"},
    {"threats/T-0001-first.md", "affects: [RFC 3552 \302\2474.1]", "affects: [RFC 3552 \302\247]",
     "threats/T-0001-first.md:7:11: error: \"RFC 3552 \302\247\" is not a reference; expected ID, ID "
     "vVERSION, ID \302\247SECTION or ID vVERSION \302\247SECTION\n"},
    {"threats/T-0001-first.md", "affects: [RFC 3552 \302\2474.1]", "affects: [RFC 3551 \302\2474.1]",
     "threats/T-0001-first.md:7:11: error: RFC 3551 is not in references.tsv; expected RFC 3552 (did you "
     "mean that?), or a line for it there\n"},
    {"threats/T-0001-first.md", "on: [c2s]", "on: [c3s]",
     "threats/T-0001-first.md:8:36: error: unknown surface \"c3s\"; expected c2s (did you mean that?)\n"},
    {"threats/T-0001-first.md", "activity: active", "activty: active",
     "threats/T-0001-first.md:8:11: error: `activity` is missing; expected a line `activity: ...`\n"
     "threats/T-0001-first.md:8:42: error: unknown key \"activty\"; expected activity (did you mean "
     "that?)\n"},
    {"threats/T-0001-first.md", "stage: responses", "stage: respones",
     "threats/T-0001-first.md:9:8: error: unknown stage \"respones\"; expected responses (did you mean "
     "that?)\n"},
    {"threats/T-0001-first.md", "date: 2026-11-22", "date: 2026-11-31",
     "threats/T-0001-first.md:10:27: error: `date` is \"2026-11-31\"; expected a date such as 2026-11-22\n"},
    {"threats/T-0001-first.md", "rating: high", "rating: hihg",
     "threats/T-0001-first.md:11:22: error: unknown rating \"hihg\"; expected high (did you mean that?)\n"},
    {"threats/T-0001-first.md", "estimators: 1,", "estimators: 0,",
     "threats/T-0001-first.md:11:40: error: `estimators` is \"0\"; expected a whole number from 1 to "
     "100000\n"},
    {"threats/T-0001-first.md", "reason: \"Anyone.\"", "reason: \"\"",
     "threats/T-0001-first.md:11:51: error: `reason` is empty; expected a text\n"},
    {"threats/T-0001-first.md", "reason: \"Anyone.\"", "reason: \"Anyone.\", low: high, high: low",
     "threats/T-0001-first.md:11:13: error: the rating lies outside `low` to `high`; expected low, rating, "
     "high in the order of the scale\n"},
    {"threats/T-0001-first.md", "damage: {rating: small, estimators: 1, reason: \"Little.\"}\n", "",
     "threats/T-0001-first.md:9:1: error: stage responses: Damage is not rated; write `damage: {rating: ..., "
     "estimators: 1, reason: \"...\"}`\n"},
    {"threats/T-0001-first.md", "stage: responses", "stage: responses\npriority: 1",
     "threats/T-0001-first.md:10:1: error: the priority is stated; expected no such key: it follows from the "
     "two ratings\n"},
    {"threats/T-0001-first.md", "covers: partial", "covers: part",
     "threats/T-0001-first.md:14:43: error: unknown covers \"part\"; expected none or partial\n"},
    {"threats/T-0001-first.md", "how: \"it helps\"", "how: \"as T-0007 says\"",
     "threats/T-0001-first.md:14:61: error: there is no threat T-0007; expected the identifier of a threat "
     "of this group\n"},
    {"threats/T-0001-first.md",
     "responses:\n  - {reference: XEP-0001 v1.0 \302\2472, covers: partial, how: \"it helps\"}\n", "",
     "threats/T-0001-first.md:9:1: error: stage responses: no response is cited; write `responses:` with "
     "{reference, covers, how}, or `responses: \"None known; searched ...\"`\n"},
    {"threats/T-0001-first.md",
     "responses:\n  - {reference: XEP-0001 v1.0 \302\2472, covers: partial, how: \"it helps\"}\n",
     "responses: \"None known; searched the series.\"\n", ""},
    {"threats/T-0001-first.md", "related: [T-0002]", "related: [T-0003, T-0001]",
     "threats/T-0001-first.md:15:11: error: there is no threat T-0003; expected the identifier of a threat "
     "of this group\n"
     "threats/T-0001-first.md:15:19: error: `related` names the threat itself; expected another threat\n"},
    {"threats/T-0001-first.md", "stage: responses", "stage: merged",
     "threats/T-0001-first.md:9:1: error: stage merged: the reason is missing; write `reason: \"...\"`\n"
     "threats/T-0001-first.md:9:1: error: stage merged: the successor is missing; write `into: [...]` with "
     "the threat that takes its place\n"},
    {"threats/T-0001-first.md", "stage: responses", "stage: merged\nreason: the same\ninto: [T-0002]", ""},
    {"threats/T-0001-first.md", "stage: responses", "stage: split\nreason: the same\ninto: [T-0002]",
     "threats/T-0001-first.md:9:1: error: stage split: the successors are missing; write `into: [..., ...]` "
     "with the threats that take its place\n"},
    {"threats/T-0001-first.md", "## Gap\n\nMuch.\n", "",
     "threats/T-0001-first.md:9:1: error: stage responses: Gap is empty; write a section \"## Gap\"\n"},
    {"threats/T-0001-first.md", "## Gap\n\nMuch.\n", "## Gap\n\n<!-- nothing\nyet -->\n",
     "threats/T-0001-first.md:9:1: error: stage responses: Gap is empty; write a section \"## Gap\"\n"},
    {"threats/T-0001-first.md", "## Gap", "## Gapp",
     "threats/T-0001-first.md:9:1: error: stage responses: Gap is empty; write a section \"## Gap\"\n"
     "threats/T-0001-first.md:33:1: error: unknown section \"Gapp\"; expected Gap (did you mean that?)\n"},
    {"threats/T-0001-first.md", "## Gap", "## Abstract",
     "threats/T-0001-first.md:9:1: error: stage responses: Gap is empty; write a section \"## Gap\"\n"
     "threats/T-0001-first.md:33:1: error: the section \"Abstract\" stands twice; expected it once; the "
     "first is in line 18\n"},
    {"threats/T-0001-first.md", "## Gap", "## Priority",
     "threats/T-0001-first.md:9:1: error: stage responses: Gap is empty; write a section \"## Gap\"\n"
     "threats/T-0001-first.md:33:1: error: a section for \"Priority\", which is no prose; expected no "
     "section: it follows from the ratings\n"},
    {"threats/T-0001-first.md", "Much.", "Much <i>more</i>.",
     "threats/T-0001-first.md:35:6: error: raw HTML; expected Markdown; a < that is meant as text is written "
     "\\<\n"
     "threats/T-0001-first.md:35:13: error: raw HTML; expected Markdown; a < that is meant as text is "
     "written \\<\n"},
    {"threats/T-0001-first.md", "Much.", "Much, see T-0008,\nXEP-0002 \302\2473 and RFC\n  3553.",
     "threats/T-0001-first.md:35:11: error: there is no threat T-0008; expected the identifier of a threat "
     "of this group\n"
     "threats/T-0001-first.md:36:1: error: XEP-0002 is not in references.tsv; expected a line for it there\n"
     "threats/T-0001-first.md:36:17: error: RFC 3553 is not in references.tsv; expected a line for it "
     "there\n"},
    {"threats/T-0001-first.md", "Much.", "Much \342\200\256.",
     "threats/T-0001-first.md:35:6: error: character U+202E, which is invisible or changes the order of the "
     "text; expected it to be removed\n"},
    {"threats/T-0001-first.md", "Much.", "~~~\nopen",
     "threats/T-0001-first.md:35:1: error: a fence that does not end; expected a line with the same marks "
     "after the text\n"},
    {"threats/T-0001-first.md", "Much.", "One\n====",
     "threats/T-0001-first.md:36:1: error: a heading made by underlining the line above; expected `##` "
     "before the title, or a blank line before a rule\n"},
    {"threats/T-0001-first.md", "## Abstract\n", "Loose.\n\n## Abstract\n",
     "threats/T-0001-first.md:18:1: error: text before the first heading; expected a line `## ...` before "
     "it\n"},
    {"threats/T-0001-first.md", "-> T-0002", "-> T-0005",
     "threats/T-0001-first.md:26:6: error: there is no threat T-0005; expected the identifier of a threat of "
     "this group\n"},
    {"threats/T-0001-first.md", "-> T-0002", "= T-0002#none",
     "threats/T-0001-first.md:26:3: error: the attack tree of T-0002 has no step #none; expected a step with "
     "that name in threats/T-0002-second.md\n"},
    {"threats/T-0001-first.md", "-> T-0002", "[p=2] Bad",
     "threats/T-0001-first.md:26:3: error: a line without label; expected some words that say what the "
     "attacker does\n"
     "threats/T-0001-first.md:26:6: error: p is 2, outside 0 to 1; expected a fraction of 1\n"
     "threats/T-0001-first.md:26:8: error: text after the attributes; expected nothing, or a comment that "
     "begins with ;\n"},
    {"threats/T-0001-first.md", "---\n\n## Abstract", "## Abstract",
     "threats/T-0001-first.md:1:1: error: front matter that does not end; expected a line `---` after it\n"},
    {"threats/T-0001-first.md", "---\nid", "id",
     "threats/T-0001-first.md:1:1: error: no front matter; expected a YAML mapping between two lines `---`\n"
     "threats/T-0001-first.md:15:1: error: a heading made by underlining the line above; expected `##` "
     "before the title, or a blank line before a rule\n"},
    {"threats/T-0002-second.md", "  Only way", "  Only way\n  -> T-0001",
     "threats/T-0002-second.md:16:3: error: attack trees that refer to one another in a circle: T-0001 -> "
     "T-0002 -> T-0001; expected references that lead to an end\n"},
    {"threats/T-0002-second.md", "  Only way", "  Only way\n  = T-0001#deep", ""},
    {"threats/T-0002-second.md", "Another one.",
     "Another one more more more more more more more more more more more more more more more more more more "
     "more more more more more more more more more more more more more more more more more more more more "
     "more more ",
     "threats/T-0002-second.md:11:1: error: Abstract has 47 words; expected at most 20\n"},
    {"threats/T-0002-second.md", "Another one.\n\n```attack-tree\nOther goal\n  Only way\n```",
     "<!-- later -->",
     "threats/T-0001-first.md:26:3: warning: T-0002 has no attack tree yet and counts as one step\n"
     "threats/T-0002-second.md:5:1: error: stage identified: Abstract is empty; write a section \"## "
     "Abstract\"\n"},
};
