#include "tree/core/rows.h"

#include <float.h>
#include <math.h>
#include <string.h>

#if defined __x86_64__
#include <immintrin.h>
/* What the processor can do has been asked at the start of every process; asking again is slow on virtual machines. */
#if __has_include(<sys/platform/x86.h>)
#include <sys/platform/x86.h>
#define HAS(bit, name) CPU_FEATURE_ACTIVE(bit)
#else
#define HAS(bit, name) __builtin_cpu_supports(name)
#endif
#endif

/* Loops of known length become straight code: their vectors then stay in registers. */
#if defined __clang__
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

/* ---- any processor: 16 bytes ------------------------------------------------------------------- */

#define KERNEL(name) base_##name
#define KERNEL_NAME "base"
#define KERNEL_BYTES 16
#define KERNEL_TARGET
#if defined __x86_64__ /* SSE2 is part of it */
#define V_MUL32(a, b) ((base_vu)_mm_mul_epu32((__m128i)(a), (__m128i)(b)))
#define V_MIN(a, b) ((base_vd)_mm_min_pd((__m128d)(a), (__m128d)(b)))
#define V_MAX(a, b) ((base_vd)_mm_max_pd((__m128d)(a), (__m128d)(b)))
#define V_SQRT(a) ((base_vd)_mm_sqrt_pd((__m128d)(a)))
#else
/* As min and max of x86: the second operand unless the first is less (greater). */
#define V_MUL32(a, b) (((a)&UINT64_C(0xffffffff)) * ((b)&UINT64_C(0xffffffff)))
#define V_MIN(a, b)                                                                                                  \
    __extension__({                                                                                                  \
        base_vd a_ = (a), b_ = (b);                                                                                  \
        base_vd r_ = {a_[0] < b_[0] ? a_[0] : b_[0], a_[1] < b_[1] ? a_[1] : b_[1]};                                 \
        r_;                                                                                                          \
    })
#define V_MAX(a, b)                                                                                                  \
    __extension__({                                                                                                  \
        base_vd a_ = (a), b_ = (b);                                                                                  \
        base_vd r_ = {a_[0] > b_[0] ? a_[0] : b_[0], a_[1] > b_[1] ? a_[1] : b_[1]};                                 \
        r_;                                                                                                          \
    })
#define V_SQRT(a)                                                                                                    \
    __extension__({                                                                                                  \
        base_vd a_ = (a);                                                                                            \
        base_vd r_ = {sqrt(a_[0]), sqrt(a_[1])};                                                                     \
        r_;                                                                                                          \
    })
#endif
#include "tree/core/rows_kernel.inc"

#if defined __x86_64__

/* ---- AVX2: 32 bytes ---------------------------------------------------------------------------- */

#define KERNEL(name) avx2_##name
#define KERNEL_NAME "avx2"
#define KERNEL_BYTES 32
#define KERNEL_TARGET __attribute__((target("avx2")))
#define V_MUL32(a, b) ((avx2_vu)_mm256_mul_epu32((__m256i)(a), (__m256i)(b)))
#define V_MIN(a, b) ((avx2_vd)_mm256_min_pd((__m256d)(a), (__m256d)(b)))
#define V_MAX(a, b) ((avx2_vd)_mm256_max_pd((__m256d)(a), (__m256d)(b)))
#define V_SQRT(a) ((avx2_vd)_mm256_sqrt_pd((__m256d)(a)))
#include "tree/core/rows_kernel.inc"

/* ---- AVX-512: 64 bytes ------------------------------------------------------------------------- */

#define KERNEL(name) avx512_##name
#define KERNEL_NAME "avx512"
#define KERNEL_BYTES 64
#define KERNEL_TARGET __attribute__((target("avx512f")))
#define V_MUL32(a, b) ((avx512_vu)_mm512_mul_epu32((__m512i)(a), (__m512i)(b)))
#define V_MIN(a, b) ((avx512_vd)_mm512_min_pd((__m512d)(a), (__m512d)(b)))
#define V_MAX(a, b) ((avx512_vd)_mm512_max_pd((__m512d)(a), (__m512d)(b)))
#define V_SQRT(a) ((avx512_vd)_mm512_sqrt_pd((__m512d)(a)))
#include "tree/core/rows_kernel.inc"

#endif

static const struct rows_kernel *const all_kernels[] = {
    &base_kernel,
#if defined __x86_64__
    &avx2_kernel,
    &avx512_kernel,
#endif
};

const struct rows_kernel *const *rows_kernels(size_t *out_len)
{
    size_t len = 1;
#if defined __x86_64__
    if (HAS(AVX2, "avx2"))
        len = HAS(AVX512F, "avx512f") ? 3 : 2;
#endif
    *out_len = len;
    return all_kernels;
}

void rows_constants(double *rows)
{
    static const double values[ROWS_CONSTANT] = {0, 1, 0, INFINITY, 1, 1};
    for (size_t i = 0; i < ROWS_CONSTANT; i++)
        for (size_t j = 0; j < ROWS_LANES; j++)
            rows[i * ROWS_LANES + j] = values[i];
}

static double first_of(double x, void (*function)(double *row))
{
    double row[ROWS_LANES] __attribute__((aligned(ROWS_ALIGN)));
    for (size_t j = 0; j < ROWS_LANES; j++)
        row[j] = x;
    function(row);
    return row[0];
}

double rows_exp(double x)
{
    return first_of(x, base_kernel.exp);
}

double rows_log(double x)
{
    return first_of(x, base_kernel.log);
}
