#define _GNU_SOURCE /* madvise, sbrk */
#include "cli/cli.h"

#include "base/date.h"
#include "base/suggest.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

const struct command commands[] = {
    {"init", "[--profile DIR] [--db FILE]", "make a store and import a profile",
     "Makes a store, and imports the profile in DIR into it (see \"casemate import\"). Without --profile the "
     "store is empty.\n"
     "When anything goes wrong there is no store afterwards.",
     cmd_init},
    {"import", "DIR", "take a folder of text into the store",
     "Merges the folder into the store, three ways: against what the last import brought. Where only one "
     "side changed, that side\n"
     "wins; where both changed the same field, the conflict is named and nothing is imported. Into an empty "
     "store it also takes\n"
     "record.jsonl and editions/.",
     cmd_import},
    {"export", "DIR", "write the store as a folder of text",
     "Writes all content, record.jsonl and the editions. Importing that folder into an empty store gives the "
     "same store.",
     cmd_export},
    {"check", "PATH...", "find all faults of a folder or of files in it",
     "Checks whole SIG folders, or files inside one (then only their faults are shown). Prints every fault "
     "as\n"
     "FILE:LINE:COLUMN: error: what is wrong; what would be right. Exit code 1 when there is one.",
     cmd_check},
    {"fmt", "[--check] [--renumber] PATH...", "bring files into normal form",
     "Rewrites files in place, comments kept; a second run changes nothing. Names the files it changed.",
     cmd_fmt},
    {"coverage", "[DIR] [--write]", "which documents were looked at, and what came of it",
     "Sums up coverage.tsv of the folder DIR, or of the store: how many documents are cited by threats, "
     "read with nothing new, unread\n"
     "or left out, what their security considerations are like, which are unread and which have a newer "
     "version than the one that was read.\n"
     "--write brings the column of threats in DIR/coverage.tsv up to date, where that decides nothing for "
     "the author: a row that is\n"
     "nothing-new or unread becomes cited when a threat cites the document. Rows that stay wrong are named; "
     "exit code 1 then.",
     cmd_coverage},
    {"gaps", "[ID]", "what each document does about each threat",
     "For each threat, or for one: the documents that it affects or that respond to it, by how far the best response\n"
     "reaches; \"open\" are those that it affects and that have no response, \"unread\" those of them that nobody\n"
     "read as a whole. The site has it as a table, gaps.html.",
     cmd_gaps},
    {"threat",
     "list [--stage S] [--priority N] [--area A] [--reference DOC] [--level L] [--text WORDS]\n"
     "show ID\n"
     "new [--dir DIR] --name NAME\n"
     "propose --name NAME --area AREA [--abstract TEXT]\n"
     "edit ID [--set FIELD=TEXT]... [--file FILE] [--editorial --reason TEXT]\n"
     "challenge ID --reason TEXT\n"
     "recheck ID --reason TEXT\n"
     "advance ID [--to STAGE] [--override --reason TEXT]\n"
     "reopen ID --to STAGE --reason TEXT\n"
     "merge ID --into ID --reason TEXT\n"
     "split ID --into ID --into ID... --reason TEXT\n"
     "withdraw ID --reason TEXT\n"
     "history ID [--field FIELD]\n"
     "diff ID [--from VERSION] [--to VERSION]\n"
     "similar ID|--text TEXT\n"
     "import FILE --area AREA [--mitigations FIELD] [--dry-run]\n"
     "export --format stix|otm|w3c|csv|json [--to FILE|DIR] [--from DIR]",
     "everything about threats",
     "\"new\" writes a file from the template with the next free id into a folder; the others work on the "
     "store. \"edit\" without\n"
     "--set opens the entry in $EDITOR; --file takes the whole new text from a file (- for standard input). "
     "--editorial says that\n"
     "the substance stays, so that decisions on the text hold; \"challenge\" contradicts that. \"recheck\" says\n"
     "that somebody looked again at what it cites, since the status of a document changed. \"diff\" compares\n"
     "with the last edition of the analysis, or between two editions. \"similar\" lists the entries that have most "
     "in common with\n"
     "one, or with a description: words, documents, steps of the attack tree, and a score from 0 to 1; "
     "\"propose\" names up\n"
     "to three that the new entry may be a duplicate of. \"import\" proposes the threats of a model of Threat Dragon, "
     "Threat Composer,\n"
     "Open Threat Model or the W3C, all or none, those that are here already left out, and says what of the model it "
     "did not take over.\n"
     "\"export\" writes the whole register as a STIX 2.1 bundle, an Open Threat Model, threat files of the W3C, CSV\n"
     "or JSON, and says what the format has no place for.",
     cmd_threat},
    {"tree",
     "check FILE\n"
     "analyse FILE [--all] [--with APPROACH]... [--set STEP.p=0.1]... [--budget AMOUNT]... [--samples N]\n"
     "analyse FILE --attacks\n"
     "print FILE\n"
     "draw FILE [--to FILE.svg] [--width PIXELS]\n"
     "convert FILE --to FORMAT|FILE\n"
     "diff FILE FILE",
     "analyse, draw and convert attack trees in files",
     "Works on outlines, threat files (their first attack tree, with the trees of other threats in their "
     "folder that it\n"
     "refers to), Open-PSA XML, ADTool XML, JSON and Galileo DFT; no store needed. FILE may be - for "
     "standard input.\n"
     "\"analyse\" is exact; when time or memory runs out it gives proven bounds and says so.",
     cmd_tree},
    {"embargo",
     "list\n"
     "show E-1\n"
     "open --to NAME... --text TEXT|--file FILE [--days N]\n"
     "note E-1 --text TEXT|--file FILE\n"
     "share E-1 NAME\n"
     "release E-1 [--reason TEXT]",
     "unpatched flaws, told to named members until their time is over",
     "A flaw in an implementation goes to its vendor, not to the list. Its notes are private to the members who were\n"
     "told, the record holds a commitment to each. After the days that process.md sets, or earlier by a leader with a\n"
     "reason, \"release\" makes all of it public.",
     cmd_embargo},
    {"member",
     "list\n"
     "show NAME\n"
     "add NAME [--mail ADDRESS]... [--jid ADDRESS]...\n"
     "leave NAME [--reason TEXT] [--pseudonym]\n"
     "link ADDRESS [--url URL]\n"
     "reset NAME",
     "who belongs to the group",
     "\"add\" makes somebody a member, or notes a further address of one. Addresses stay in the store: they are never\n"
     "exported or published. A name that can be mistaken for a known one is refused. Who leaves loses roles and\n"
     "addresses; what they did stays under the name. --pseudonym, on request, also later, puts \"Former member 3\"\n"
     "where the name stands for the person, in the record, threats and stored editions; the record goes on to verify.\n"
     "\"link\" prints a link that logs in on the web once: the member with that address, or somebody new, who joins.\n"
     "\"reset\" is for who lost password and one-time codes: it takes both from the account and ends its sessions.",
     cmd_member},
    {"role",
     "list\n"
     "give NAME ROLE [--until DATE] [--mark TEXT]\n"
     "take NAME ROLE",
     "who may do what",
     "Roles and their rights stand in sig.yaml. From the first role that is given on, who acts with --as has the\n"
     "rights of the roles on record; before, the operator answers for everybody. A role with \"mark: true\" is held\n"
     "only with --mark (what entitles to it) and until its last day.",
     cmd_role},
    {"away",
     "list\n"
     "announce NAME [--from DATE] --until DATE\n"
     "end NAME",
     "who is not there to act, and who may act instead",
     "Who holds a role says from when to when they are away. A role with \"deputy_for\" in sig.yaml stands in for\n"
     "another one: who holds it may close a round or a call, settle objections and record the report when that has\n"
     "waited for the deputy_days of process.md, or while everybody who holds the other role is away. The record says\n"
     "so.",
     cmd_away},
    {"call",
     "open DOCUMENT VERSION --question TEXT [--until DATE]\n"
     "open process|template --question TEXT [--until DATE]\n"
     "open appeal D-1 --question TEXT [--until DATE]\n"
     "close CALL --outcome accepted|not-accepted --judgement TEXT [--link URL]\n"
     "list\n"
     "show CALL",
     "call for consensus on a text, and close the call",
     "A call binds to the text as it is: an edition with its threats, the process, the template, or a decision that\n"
     "is appealed. It runs at least as long as process.md says, and is closed after its last day, in writing, and not\n"
     "over an objection that is open. Positions are not counted. The decision holds for that text: when its substance\n"
     "changes, the decision shows as outdated.",
     cmd_call},
    {"position", "CALL support|object|abstain [--reason TEXT]", "take a position in a call",
     "May be changed until the last day. To object wants --reason, and makes an objection; to do so no more withdraws\n"
     "it. Silence needs no command.",
     cmd_position},
    {"objection",
     "list [CALL|THREAT]\n"
     "raise THREAT --reason TEXT\n"
     "answer OBJECTION --text TEXT\n"
     "withdraw OBJECTION\n"
     "dissent OBJECTION --reason TEXT",
     "objections, and what becomes of them",
     "\"raise\" is for the priority of a threat, in the objection period after its round; in a call, use \"casemate\n"
     "position\". A leader answers, or records what stays unresolved as dissent beside the decision.",
     cmd_objection},
    {"decision",
     "list\n"
     "show DECISION\n"
     "appeal DECISION --reason TEXT [--until DATE]\n"
     "refer DECISION --reason TEXT [--answer-by DATE]\n"
     "answer DECISION dismissed|upheld --reason TEXT --link URL",
     "what was decided, and whether it still holds",
     "A decision is valid, valid with editorial changes, outdated (its text changed since), or overturned (an appeal\n"
     "was accepted). \"appeal\" opens a call on it; somebody else than who took the decision closes that one. After\n"
     "that, \"refer\" asks the body that the group reports to, and \"answer\" notes what it says, by somebody whose\n"
     "role may answer: \"upheld\" sets the decision aside.",
     cmd_decision},
    {"round",
     "list\n"
     "show ROUND\n"
     "open THREAT... [--step THREAT#STEP]... [--until DATE] [--follows ROUND] [--reason TEXT]\n"
     "close ROUND [--override --reason TEXT]\n"
     "accept|keep ROUND THREAT#STEP",
     "rate threats together, without seeing each other's ratings",
     "\"open\" begins a blind round for a batch of threats; how long it lasts is said by the mode in process.md.\n"
     "--follows opens the second round after one whose estimates lie far apart. \"close\" opens all estimates and\n"
     "writes the medians into the threats; before the end, or without a quorum, only with --override and --reason.\n"
     "\"show\" tells of an open round only who may answer and how many did. --step asks for the probability of a\n"
     "step of a threat's attack tree, with :cost or :time behind it for these. The pooled range counts in the tree's\n"
     "analysis where the outline has no value; \"accept\" lets it count instead of the outline's, and \"keep\" takes\n"
     "that back.",
     cmd_round},
    {"estimate",
     "THREAT [--likelihood LEVEL] [--damage LEVEL] [--step STEP=LOW..HIGH]... --because TEXT [--round ROUND] "
     "--as NAME\n"
     "THREAT --abstain|--not-competent --as NAME",
     "rate a threat in an open round, in private",
     "The record holds a sealed form of your answer until the round closes; then answers and reasons are public.\n"
     "Answer again to change your mind. --abstain and --not-competent stand for whatever else the round asks for.\n"
     "A step is estimated by an interval that you are 90 % sure of, and a best guess if you have one:\n"
     "phish=0.02..0.2, phish:cost=500..5k~1k, phish:time=2h..3d. \"casemate round show\" names the steps that a round\n"
     "asks for.",
     cmd_estimate},
    {"calibrate",
     "list\n"
     "show SAMPLE\n"
     "rate SAMPLE --likelihood LEVEL --damage LEVEL --as NAME\n"
     "feedback --as NAME\n"
     "forget --as NAME",
     "try your ratings on sample threats, for yourself",
     "The samples stand in calibration.yaml, with the ratings that the rules of the group lead to. \"rate\" tells the\n"
     "reference and its reason; \"feedback\" tells over all samples how far you are off, to which side, and how well\n"
     "you agree. Nobody else sees any of it: it is in no record, export or page. \"forget\" removes it.",
     cmd_calibrate},
    {"review",
     "list\n"
     "show V-1\n"
     "request process|template|analysis|ID [VERSION] --to ADDRESS --name NAME --by DATE\n"
     "answer V-1 --verdict sound|changes-wanted|declined [--text TEXT|--file FILE] [--present]\n"
     "withdraw V-1 --reason TEXT",
     "ask experts, and record what they say",
     "\"request\" asks about a threat, a document as it is now, or an edition of it (such as: analysis 0.2). The\n"
     "address stays in the store; the name is printed. \"answer\" takes the text from --text or --file (- for\n"
     "standard input); it is about the text that was asked about, or with --present about the text as it is now.\n"
     "A later answer replaces an earlier one, and both stay in the record. In a mode that accepts by reviews,\n"
     "\"sound\" opens the stage that asks for acceptance to every threat whose text is still the one reviewed.",
     cmd_review},
    {"handover",
     "list\n"
     "open ID --document DOC --carried-by NAME --venue TEXT --on DATE [--answer-by DATE]\n"
     "settle H-1 taken-up|declined|unanswered [--link URL]",
     "carry recommendations to where they are of use",
     "\"open\" names who carries the recommendation of a threat to the venue of a document that the threat cites.\n"
     "\"settle\" says what became of it; taken-up and declined want the address of the message or minute that says\n"
     "so. What was unanswered can be settled again.",
     cmd_handover},
    {"due", "[--within DAYS]", "every date by which somebody should have acted",
     "Answers to reviews, hand-overs, open rounds and calls, roles that end within 30 days, silence: each with its\n"
     "last day and who should see to it. --now DATE asks for another day.",
     cmd_due},
    {"tick", "[--list]", "do what the clock is to do, and remind people, once",
     "Closes rounds that are due, where process.md leaves that to the clock, and writes a reminder for what will be\n"
     "due (remind_days before), is due today, is overdue, or may be done by a deputy by now: each once, however often\n"
     "it runs. Held posts that nobody decided on in time get what process.md says. Reminders go out by mail to those\n"
     "whose address is on record, where a list is hosted here; the others stay in the store. \"casemate serve\"\n"
     "with a store does the same by itself.",
     cmd_tick},
    {"publish", "[--from DIR] --to DIR [--formats LIST] [--now DATE]",
     "write the site: every page, every format, every edition",
     "Publishes the store, or with --from the folder of text directly. The new site is built beside the old "
     "one and put in its place in\n"
     "one step. --formats is a comma-separated list of html, xml, json, text and pdf (default: all).",
     cmd_publish},
    {"edition",
     "new DOCUMENT --kind substantive|editorial --remark TEXT [--initials XX]\n"
     "list [DOCUMENT]\n"
     "show DOCUMENT VERSION [--file NAME] [--to FILE]\n"
     "diff DOCUMENT VERSION [VERSION]",
     "publish and look at editions",
     "An edition is a version of a document whose bytes are kept for ever. DOCUMENT is process, template or "
     "analysis.",
     cmd_edition},
    {"submit", "DOCUMENT [--from DIR] --to FILE [--assent NAME]",
     "write a document in the form of a submission to the XSF",
     "Writes the ProtoXEP form of process, template or analysis. With a store, every author's assent must be "
     "on record; --assent NAME records\n"
     "one. With --from the assents are asserted by --assent alone.",
     cmd_submit},
    {"report", "[--since DATE] [--format FORMAT] [--to FILE] [--record]", "the report to the council",
     "What moved since DATE (default: since the last report on record, or for the period that process.md sets),\n"
     "new priorities, recommendations, who took part, and at most three things to ask for. FORMAT is text, html, xml,\n"
     "json or pdf (default: by the name of FILE, or text). --record keeps the report in the public record; the next\n"
     "one begins there.",
     cmd_report},
    {"sig",
     "show\n"
     "end --by NAME --link URL --reason TEXT\n"
     "resume --reason TEXT",
     "whether the group goes on",
     "\"end\" notes that the body which the group reports to has ended it: everything stays readable, every page says\n"
     "so, and nothing is added until \"resume\".",
     cmd_sig},
    {"list",
     "import-config LIST FILE [--dry-run]\n"
     "import-members LIST FILE --consent TEXT [--delivery WORD] [--again]\n"
     "list\n"
     "new LIST --address ADDRESS --title TEXT [--followed]\n"
     "set LIST NAME=VALUE...\n"
     "set-delivery LIST ADDRESS each|digest|plain|none\n"
     "show LIST\n"
     "subscribe LIST ADDRESS... [--name NAME] --consent TEXT [--again]\n"
     "subscribe LIST --file FILE --consent TEXT [--again]\n"
     "subscribers LIST\n"
     "unsubscribe LIST ADDRESS...",
     "mailing lists",
     "A list is hosted, or followed: then others run it, and it is archived and tied to threats here. \"show\" has\n"
     "all settings, with what they say.\n"
     "People subscribe by a mail to LIST-request@, and confirm it. \"subscribe\" is for those who asked otherwise:\n"
     "nobody is written to, and how it is known that they want it stays with them. When one line of FILE is wrong,\n"
     "nobody is subscribed. Who is subscribed is private: \"subscribers\" is for the operator alone.\n"
     "\"import-members\" takes what list_members and \"mailman members\" print, or the JSON of Mailman 3;\n"
     "\"import-config\" what config_list prints, or that JSON, and says of each setting what becomes of it.",
     cmd_list},
    {"archive",
     "import LIST PATH [--form FORM]\n"
     "export LIST FILE\n"
     "redirects LIST [--hyperkitty PATH] [--pipermail PATH --pages DIR] [--public-inbox PATH] --to FILE",
     "whole archives of lists in and out",
     "\"import\" takes an mbox, a Maildir, or an inbox of public-inbox (version 2), once or again: what is here is\n"
     "passed over. Nothing is sent to anybody. FORM says how an mbox marks lines \"From \" in texts: mboxrd\n"
     "(default), mboxo, unquoted, or pipermail, which is unquoted with hidden addresses. \"export\" writes the\n"
     "messages that are public, as the bytes that arrived, in the form mboxrd. \"redirects\" writes where the pages\n"
     "that messages had elsewhere are now, as the lines of a map of nginx; PATH is that of the list there, DIR the\n"
     "folder with the pages of Pipermail.",
     cmd_archive},
    {"hold",
     "list [LIST]\n"
     "show POST\n"
     "approve POST [--urgent] [--reason TEXT]\n"
     "return POST --because REASON [--urgent] [--reason TEXT]\n"
     "discard POST --because REASON [--urgent] [--reason TEXT]\n"
     "refile POST --to THREAT [--stage STAGE]\n"
     "due\n"
     "log [LIST]\n"
     "appeal POST --reason TEXT [--until DATE]",
     "posts that wait for a moderator",
     "What holds a post, which acts want two moderators, the reasons and what happens when nobody decides are said in\n"
     "process.md. Each act is public, with its reason and what --reason says, and names nothing of the post but a\n"
     "number such as P-7; \"log\" has them all. \"return\" tells the author, \"discard\" tells nobody. --urgent:\n"
     "alone, where two are wanted; wants --reason. \"refile\" says which threat and stage a post is about when it\n"
     "passes. \"due\" does the default of the process for those whose time is over. \"appeal\" opens a call.",
     cmd_hold},
    {"alarm",
     "list [--all]\n"
     "clear ID...|--all",
     "what an operator should look at",
     "Mail that could not be read and is kept aside (\"hold show\" has what can be seen of it), and mail that does\n"
     "not leave.",
     cmd_alarm},
    {"thread",
     "list [LIST] [--threat ID]\n"
     "tie THREAD ID [--stage STAGE]\n"
     "untie THREAD [ID]",
     "threads of the lists, and which threats they are about",
     "A post to LIST+T42@, or with [T-0042] in its subject, ties its thread by itself; T42-analysed names the stage\n"
     "that it is about. \"tie\" and \"untie\" are the moderators'. The page of a threat shows its threads.",
     cmd_thread},
    {"deliver", "[--sender ADDRESS] RECIPIENT...", "take a mail from standard input",
     "For the pipe of a mail server. Exit codes are those of sysexits.h: 0 taken, and on disk; 67 there is no such\n"
     "address here; 65 refused; 75 try again later.",
     cmd_deliver},
    {"queue",
     "list\n"
     "run [--smtp ADDRESS]\n"
     "retry [MAIL]\n"
     "drop MAIL [RECIPIENT]",
     "mail on its way out",
     "\"list\" shows who has not got what, and what the mail server said. \"run\" sends what is due now and ends;\n"
     "\"serve --worker\" sends as long as it runs. \"retry\" makes what waits or failed due now; \"drop\" gives up.\n"
     "Tries of one delivery end after five days; what failed is shown for 14 days.",
     cmd_queue},
    {"lint", "FILE.xml...", "check XEP files by the XSF's rules",
     "Holds the document type and the conformance rules of the XSF's editors. Exit code 1 when a rule is "
     "broken.",
     cmd_lint},
    {"serve",
     "[--from DIR] [--http ADDRESS] [--without-pdf] [--site DIR] [--url URL] [--tick SECONDS] [--lmtp ADDRESS] "
     "[--worker [--smtp ADDRESS]] [--metrics ADDRESS] [--access-log FILE]",
     "serve the site, with search, log-in and acts; take and send mail",
     "Publishes the store (or with --from a folder, again whenever a file changes) and serves it at ADDRESS\n"
     "(default localhost:8139). --site DIR serves a site that is published already. Serving a store, it also does\n"
     "what \"casemate tick\" does, every SECONDS (default 60; 0: never), and has search, log-in by a mailed link, and\n"
     "forms for acts: for this machine only, or under the address --url, such as https://sec.example.org, behind a\n"
     "proxy that speaks TLS (docs/web.md). A folder, and a published site without --url, are served read-only.\n"
     "--lmtp takes mail for the lists of the store, and --worker sends mail, through the mail server at --smtp.\n"
     "Addresses are host:port or unix:/path.",
     cmd_serve},
    {"record", "show [--since SEQ] [ID]\nverify [FILE]\nexport [--to FILE]\nerase [EVENT] [--words TEXT] --reason TEXT",
     "the public record",
     "\"verify\" recomputes the whole chain and compares the content with it; given an exported file it "
     "needs no store.\n"
     "\"erase\" destroys words that were said, on request: those of an event, or with --words those that hold the\n"
     "words, in one event or in all. The reason stands in their place, everywhere; ids, votes and dates remain, and\n"
     "the chain verifies. Stored editions lose the same words, or the file that holds them. What is the present text\n"
     "of a threat is changed first. Backups and copies elsewhere are not reached.",
     cmd_record},
    {"search", "[--limit N] WORDS...", "full-text search in the SIG's texts and its mails",
     "All words must occur; \"a phrase\"; beginning*. In mails also from:NAME subject:WORD list:LIST after:DATE\n"
     "before:DATE, where DATE is a day, month or year (2026-11-30, 2026-11, 2026), threat:ID for threads that are\n"
     "tied to a threat, and stage:STAGE for what was said about that stage of one; with one of these, only mails are\n"
     "searched. Of mails those that came last stand first.",
     cmd_search},
    {"backup", "FILE", "copy the store while it is in use",
     "Writes a consistent copy of the store into a new file, and looks it through: the file, and the record.",
     cmd_backup},
    {"doctor", "[--smtp ADDRESS]", "look at the installation and the store",
     "Prints the version, whether the store verifies, who may read it, room on the disk, the clock, mail and the mail\n"
     "server, fonts and the renderer of PDFs. Exit code 1 when something is wrong.",
     cmd_doctor},
};
const size_t command_count = ARRAY_LEN(commands);

static void print_overview(void)
{
    puts("Casemate: how an open group analyses the security of the protocols it uses.\n\n"
         "usage: casemate COMMAND ...\n");
    for (size_t i = 0; i < command_count; i++)
        printf("  %-9s %s\n", commands[i].name, commands[i].summary);
    puts("\n\"casemate COMMAND --help\" says more. Start with: casemate check DIR; casemate serve --from DIR");
}

static int unknown_command(const char *name)
{
    const char *names[ARRAY_LEN(commands)];
    for (size_t i = 0; i < command_count; i++)
        names[i] = commands[i].name;
    const char *near = suggest_nearest(sv_str(name), names, command_count);
    return usage_error(NULL, "there is no command \"%s\"%s%s%s", name, near ? "; did you mean \"" : "",
                       near ? near : "", near ? "\"?" : "");
}

static void cli_init(struct cli *c)
{
    const char *db = getenv("CASEMATE_DB");
    memset(c, 0, sizeof(*c));
    c->db = db && *db ? db : "casemate.db";
    c->time = date_system_now();
    log_init(&c->log, false);
    diag_init(&c->diag, &c->arena);
}

/* The other end of a pipe is closed. (An earlier write may have met that, and its errno is long gone.) */
static bool reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & (POLLERR | POLLHUP));
}

/* What was printed must have arrived: a full disk behind standard output is a failure. */
static int flushed(int code)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE || reader_gone()) /* it has seen enough */
        return code;
    fputs("casemate: cannot write to standard output\n", stderr);
    return code ? code : EXIT_INPUT;
}

static int run(const struct command *command, int argc, const char **argv)
{
    struct cli c;
    cli_init(&c);
    int code = command->run(&c, command, argc, argv);
    log_finish(&c.log);
    store_close(&c.store);
    arena_release(&c.arena);
    return flushed(code);
}

/* "casemate --db FILE COMMAND ...": common options may stand before the command. The command's position, or argc. */
static int command_position(int argc, char **argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-' && strcmp(argv[at], "--help") && strcmp(argv[at], "-h") &&
           strcmp(argv[at], "--version"))
        at += strchr(argv[at], '=') || !strcmp(argv[at], "--json") || !strcmp(argv[at], "--quiet") ? 1 : 2;
    return at < argc ? at : argc;
}

enum { PAGE = 4096, HUGE_PAGE = 2 << 20, HEAP_STEP = 64 << 20 };

/* Asks for the first step of the heap in huge pages. Must come before the first allocation: a huge page can only be had
 * where no small one is yet, so the heap is made to begin one page before such a place, which takes what malloc()
 * writes at its start. */
static void ask_for_huge_pages(void)
{
    uintptr_t at = (uintptr_t)sbrk(0), begin = (at + PAGE + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (sbrk((intptr_t)(begin - PAGE - at)) == (void *)-1)
        return;
    void *volatile first = malloc(1); /* the compiler would leave both calls out */
    free(first);
    uintptr_t end = (uintptr_t)sbrk(0);
    if (end > begin)
        (void)!madvise((void *)begin, end - begin, MADV_HUGEPAGE); /* a wish, no more */
}

/* A document is written into buffers of megabytes that come and go. By default each is mapped anew and faulted in page
 * by page, and the end of the heap given back each time: half of a small publication. So the heap is kept, and grows in
 * large steps. */
static void keep_memory(int largest)
{
    mallopt(M_MMAP_THRESHOLD, largest);
    mallopt(M_TRIM_THRESHOLD, largest);
    mallopt(M_TOP_PAD, HEAP_STEP);
    ask_for_huge_pages();
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    int at = command_position(argc, argv);
    if (at >= argc)
        return print_overview(), flushed(argc > 1 ? EXIT_USAGE : EXIT_DONE);
    const char *name = argv[at];
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help"))
        return print_overview(), flushed(EXIT_DONE);
    if (!strcmp(name, "--version") || !strcmp(name, "version"))
        return puts("casemate " CASEMATE_VERSION), flushed(EXIT_DONE);
    for (size_t i = 0; i < command_count; i++) {
        if (strcmp(commands[i].name, name))
            continue;
        for (int k = at; k > 1; k--) /* the options before the command move behind it */
            argv[k] = argv[k - 1];
        keep_memory(strcmp(name, "tree") ? 256 << 20 : 4 << 20); /* large trees have memory of their own */
        return run(&commands[i], argc - 2, (const char **)argv + 2);
    }
    return unknown_command(name);
}
