/* The cases of QIDL's own unit tests: what each exercises, in structs of the same shape. */
#include "gen.h"

/* Members of every treatment: only what is not marked travels. */
QIDL_DECLARE(TestStruct) {
    int32_t q_immutable a;
    int32_t b;
    uint32_t q_immutable c;
    uint32_t d;
    uint64_t q_immutable e;
    uint64_t q_property("f", 42) f;
    char *g;
    char q_property("h") *h;
};

/* The same, in another file and for other files to use. */
QIDL_DECLARE_PUBLIC(TestStructPublic) {
    int32_t q_immutable a;
    int32_t b;
    uint32_t q_immutable c;
    uint32_t d;
    uint64_t q_immutable e;
    uint64_t q_property("f", 42) f;
    char *g;
    char q_property("h") *h;
};
QIDL_IMPLEMENT_PUBLIC(TestStructPublic)

/* Arrays of fixed and of variable length. */
QIDL_DECLARE(TestArrays) {
    int8_t q_size(2) array1[4];
    size_t array2_count;
    int32_t q_size(array2_count) array2[8];
    int16_t q_size((2 * 3)) array3[16];
    bool has_optional_array;
    int optional_array_count;
    int8_t q_optional q_size(optional_array_count) optional_array[16];
    TestStruct struct_array[32];
    int64_t struct_array2_count;
    TestStruct q_size(struct_array2_count) struct_array2[32];
};

/* Structs within structs, by value and by pointer. */
QIDL_DECLARE(TestComplex) {
    bool has_struct1;
    TestStruct q_optional *struct1;
    TestStruct embedded_struct1;
};
