/* Forms and cookies of any bytes: what is accepted holds together, is written and read again as the same. The first
 * byte says which of the two it is. */
#include "base/utf8.h"
#include "gateway/http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_form(struct arena *a, const struct form *form)
{
    if (form->list.len > FORM_FIELDS_MAX)
        BUG("more fields than there may be");
    for (size_t i = 0; i < form->list.len; i++) {
        const struct form_field *f = &form->list.at[i];
        if (!f->name.len || f->name.len > FORM_NAME_MAX || !utf8_valid(f->name, NULL) || !utf8_valid(f->value, NULL))
            BUG("a field that is none");
        if (sv_find_char(f->value, '\0') >= 0 || sv_find_char(f->value, '\r') >= 0)
            BUG("a value with a control character");
        if (!sv_eq(form_value(form, arena_strndup(a, f->name.at, f->name.len)), f->value))
            BUG("another field of the same name");
    }
}

static void one_form(struct arena *a, struct sv text)
{
    struct form form, again;
    struct err err = ERR_INIT;
    struct str out = STR_INIT;
    if (form_read(a, text, &form, &err)) {
        if (err.code != CM_EINPUT && err.code != CM_ELIMIT)
            BUG("refused for no reason");
        return;
    }
    check_form(a, &form);
    for (size_t i = 0; i < form.list.len; i++)
        form_write(&out, arena_strndup(a, form.list.at[i].name.at, form.list.at[i].name.len), form.list.at[i].value);
    if (out.len <= FORM_BYTES_MAX) {
        if (form_read(a, str_sv(&out), &again, &err) || again.list.len != form.list.len)
            BUG("what was written is not read");
        for (size_t i = 0; i < form.list.len; i++)
            if (!sv_eq(form.list.at[i].value, again.list.at[i].value))
                BUG("what was written is read as something else");
    }
    str_release(&out);
}

static void one_multipart(struct arena *a, struct sv text)
{
    struct form form;
    struct err err = ERR_INIT;
    if (form_read_multipart(a, text, SV("x"), &form, &err))
        return;
    if (form.list.len > FORM_FIELDS_MAX)
        BUG("more fields than there may be");
    for (size_t i = 0; i < form.list.len; i++)
        if (!form.list.at[i].name.len || !utf8_valid(form.list.at[i].value, NULL))
            BUG("a field that is none");
}

static void one_cookie(struct sv text)
{
    struct sv value;
    if (cookie_read(text, "casemate", &value) && (value.at < text.at || value.at + value.len > text.at + text.len))
        BUG("a value from elsewhere");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct sv text = sv_from((const char *)data + 1, size ? size - 1 : 0);
    if (size && data[0] == 'm')
        one_multipart(&a, text);
    else if (size && data[0] == 'c')
        one_cookie(text);
    else if (size)
        one_form(&a, text);
    arena_release(&a);
    return 0;
}
