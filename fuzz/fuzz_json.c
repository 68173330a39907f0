/* json_parse on any bytes; what it accepts is written, read and written again, and both texts are
 * the same. */
#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_value(struct json *j, const struct json_value *v)
{
    switch (v->kind) {
    case JSON_NULL:
        json_null(j);
        return;
    case JSON_BOOL:
        json_bool(j, v->boolean);
        return;
    case JSON_INT:
        json_int(j, v->integer);
        return;
    case JSON_DOUBLE:
        json_double(j, v->number);
        return;
    case JSON_STRING:
        json_string(j, v->text);
        return;
    default:
        break;
    }
    if (v->kind == JSON_ARRAY)
        json_array(j);
    else
        json_object(j);
    for (size_t i = 0; i < v->count; i++) {
        if (v->kind == JSON_OBJECT)
            json_key_sv(j, v->members[i].key);
        write_value(j, v->kind == JSON_OBJECT ? v->members[i].value : v->items[i]);
    }
    json_end(j);
}

static void write_all(struct str *out, const struct json_value *v, bool compact)
{
    struct json j;
    json_init(&j, out, compact);
    write_value(&j, v);
    json_finish(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a = ARENA_INIT;
    struct err err = ERR_INIT;
    const struct json_value *v, *again;
    if (json_parse(&a, sv_from((const char *)data, size), 1 << 20, &v, &err) == 0) {
        struct str one = STR_INIT, two = STR_INIT;
        write_all(&one, v, false);
        if (json_parse(&a, str_sv(&one), 1 << 24, &again, &err) != 0)
            BUG("own output is refused: %s", err.text);
        write_all(&two, again, false);
        if (!sv_eq(str_sv(&one), str_sv(&two)))
            BUG("a value changed");
        str_release(&one);
        str_release(&two);
    } else if (!err.code || !err.text[0]) {
        BUG("a failure without reason");
    }
    arena_release(&a);
    return 0;
}
