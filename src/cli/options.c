#include "base/date.h"
#include "base/suggest.h"
#include "base/utf8.h"
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>

enum { COMMON_OPTIONS = 8, OPTIONS_MAX = 40 };

static void common_options(struct cli *c, struct option out[COMMON_OPTIONS])
{
    const struct option common[COMMON_OPTIONS] = {
        {"db", OPTION_TEXT, &c->db, "FILE", "the store (default: $CASEMATE_DB, or casemate.db)"},
        {"json", OPTION_FLAG, &c->json, NULL, "print JSON"},
        {"quiet", OPTION_FLAG, &c->quiet, NULL, "no progress, no notices"},
        {"as", OPTION_TEXT, &c->as, "MEMBER", "who acts, as you assert it; goes into the record"},
        {"role", OPTION_TEXT, &c->role, "ROLE", "act with the rights of this role only"},
        {"reason", OPTION_TEXT, &c->reason, "TEXT", "why; goes into the record"},
        {"now", OPTION_TEXT, &c->now, "DATE", "the date to work under, 2026-11-22 or 2026-11-22T18:00:00Z"},
        {"help", OPTION_FLAG, &c->help, NULL, "this text"},
    };
    memcpy(out, common, sizeof(common));
}

static void print_option(const struct option *o)
{
    char left[48];
    snprintf(left, sizeof(left), "--%s%s%s", o->name, o->argument ? " " : "", o->argument ? o->argument : "");
    printf("  %-22s %s\n", left, o->help);
}

void command_help(const struct command *self, const struct option *options, size_t count)
{
    struct cli none;
    struct option common[COMMON_OPTIONS];
    struct sv lines = sv_str(self->usage), line = SV_NONE;
    sv_next_line(&lines, &line);
    printf("usage: casemate %s%s%.*s\n", self->name, line.len ? " " : "", SV_ARG(line));
    while (sv_next_line(&lines, &line))
        printf("       casemate %s %.*s\n", self->name, SV_ARG(line));
    printf("\n%s\n", self->help);
    if (count)
        printf("\noptions\n");
    for (size_t i = 0; i < count; i++)
        print_option(&options[i]);
    common_options(&none, common);
    printf("\noptions of every command\n");
    for (size_t i = 0; i < COMMON_OPTIONS; i++)
        print_option(&common[i]);
}

int usage_error(const struct command *self, const char *format, ...)
{
    va_list args;
    fputs("casemate: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    if (self)
        fprintf(stderr, "\nSee \"casemate %s --help\".\n", self->name);
    else
        fputs("\nSee \"casemate --help\".\n", stderr);
    return EXIT_USAGE;
}

static const struct option *find_option(const struct option *all, size_t count, struct sv name)
{
    for (size_t i = 0; i < count; i++)
        if (sv_eq_str(name, all[i].name))
            return &all[i];
    return NULL;
}

static int unknown_option(const struct command *self, const struct option *all, size_t count, struct sv name)
{
    const char *names[OPTIONS_MAX];
    for (size_t i = 0; i < count; i++)
        names[i] = all[i].name;
    const char *near = suggest_nearest(name, names, count);
    usage_error(self, "unknown option --%.*s%s%s%s", SV_ARG(name), near ? "; did you mean --" : "", near ? near : "",
                near ? "?" : "");
    return -1;
}

/* What is typed goes into texts and the record, so it is valid text; file names are the exception, they are bytes. */
static bool good_value(const struct option *o, const char *value)
{
    static const char *const names_of_files[] = {"FILE", "DIR"};
    for (size_t i = 0; i < ARRAY_LEN(names_of_files); i++)
        if (!strcmp(o->argument, names_of_files[i]))
            return true;
    struct sv text = sv_str(value);
    if (!utf8_valid(text, NULL))
        return false;
    for (size_t at = 0; at < text.len;)
        if (utf8_is_deceptive(utf8_next(text, &at)))
            return false;
    return true;
}

static int store_value(struct cli *c, const struct command *self, const struct option *o, const char *value)
{
    if (!good_value(o, value))
        return usage_error(self,
                           "the value of --%s is no plain text; expected UTF-8 without control characters",
                           o->name),
               -3;
    if (o->kind == OPTION_TEXT)
        *(const char **)o->value = value;
    else
        *vec_push(&c->arena, &((struct option_list *)o->value)->list) = value;
    return 0;
}

/* argv[*at] is "--name" or "--name=value"; moves *at over a separate value. */
static int take_option(struct cli *c, const struct command *self, const struct option *all, size_t count, int argc,
                       const char **argv, int *at)
{
    struct sv name = sv_str(argv[*at] + 2);
    ptrdiff_t equals = sv_find_char(name, '=');
    const char *value = equals < 0 ? NULL : name.at + equals + 1;
    if (equals >= 0)
        name.len = (size_t)equals;
    const struct option *o = find_option(all, count, name);
    if (!o)
        return unknown_option(self, all, count, name);
    if (o->kind == OPTION_FLAG) {
        *(bool *)o->value = true;
        return value ? (usage_error(self, "--%s takes no value", o->name), -1) : 0;
    }
    if (!value && *at + 1 >= argc)
        return usage_error(self, "--%s wants a value: --%s %s", o->name, o->name, o->argument), -1;
    return store_value(c, self, o, value ? value : argv[++*at]);
}

static int read_now(struct cli *c, const struct command *self)
{
    if (!c->now || date_parse_time(sv_str(c->now), &c->time))
        return 0;
    usage_error(self, "--now is \"%s\"; expected a date such as 2026-11-22 or 2026-11-22T18:00:00Z", c->now);
    return -1;
}

int options_parse(struct cli *c, const struct command *self, int argc, const char **argv, const struct option *options,
                  size_t count, struct words *out)
{
    struct option all[OPTIONS_MAX];
    if (count + COMMON_OPTIONS > OPTIONS_MAX)
        BUG("too many options");
    common_options(c, all);
    if (count)
        memcpy(all + COMMON_OPTIONS, options, count * sizeof(*options));
    out->at = arena_new_array(&c->arena, const char *, (size_t)argc + 1);
    out->len = 0;
    bool ended = false;
    for (int i = 0; i < argc; i++) {
        if (!ended && !strcmp(argv[i], "--"))
            ended = true;
        else if (!ended && !strncmp(argv[i], "--", 2)) {
            int rc = take_option(c, self, all, count + COMMON_OPTIONS, argc, argv, &i);
            if (rc)
                return rc;
        } else if (!ended && argv[i][0] == '-' && argv[i][1] == 'h' && !argv[i][2]) {
            c->help = true;
        } else if (!ended && argv[i][0] == '-' && argv[i][1]) {
            return usage_error(self, "unknown option %s", argv[i]), -1;
        } else {
            out->at[out->len++] = argv[i];
        }
    }
    c->log.quiet = c->quiet;
    if (c->help) {
        command_help(self, options, count);
        return -2;
    }
    return read_now(c, self);
}

int options_exit(int result)
{
    return result == -2 ? EXIT_DONE : result == -3 ? EXIT_INPUT : EXIT_USAGE;
}

static int verb_error(const struct command *self, const struct cli_verb *verbs, size_t count, const char *given)
{
    const char *names[OPTIONS_MAX];
    struct str list = STR_INIT;
    for (size_t i = 0; i < count; i++) {
        names[i] = verbs[i].verb;
        str_addf(&list, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = given ? suggest_nearest(sv_str(given), names, count) : NULL;
    if (near)
        usage_error(self, "there is no \"%s %s\"; did you mean \"%s\"?", self->name, given, near);
    else if (given)
        usage_error(self, "there is no \"%s %s\"; it knows %s", self->name, given, str_cstr(&list));
    else
        usage_error(self, "%s wants a word that says what to do: %s", self->name, str_cstr(&list));
    str_release(&list);
    return EXIT_USAGE;
}

/* Position of the first word that is no option (nor the value of a common one), or argc. */
static int verb_position(struct cli *c, int argc, const char **argv)
{
    struct option common[COMMON_OPTIONS];
    common_options(c, common);
    int at = 0;
    while (at < argc && argv[at][0] == '-') {
        const struct option *o = find_option(common, COMMON_OPTIONS, sv_str(argv[at] + (argv[at][1] == '-' ? 2 : 1)));
        at += o && o->kind != OPTION_FLAG ? 2 : 1;
    }
    return at < argc ? at : argc;
}

int cli_verb(struct cli *c, const struct command *self, int argc, const char **argv, const struct cli_verb *verbs,
             size_t count)
{
    int at = verb_position(c, argc, argv);
    if (at == argc) {
        for (int i = 0; i < argc; i++)
            if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
                return command_help(self, NULL, 0), EXIT_DONE;
        return verb_error(self, verbs, count, NULL);
    }
    const char *verb = argv[at];
    for (int k = at; k > 0; k--) /* the options before the verb move behind it */
        argv[k] = argv[k - 1];
    for (size_t i = 0; i < count; i++)
        if (!strcmp(verbs[i].verb, verb))
            return verbs[i].run(c, self, argc - 1, argv + 1);
    return verb_error(self, verbs, count, verb);
}
