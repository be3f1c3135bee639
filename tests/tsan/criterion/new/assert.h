/* Criterion's newer checks, as far as a test uses them: see criterion.h. */
#ifndef TSAN_CRITERION_NEW_ASSERT_H
#define TSAN_CRITERION_NEW_ASSERT_H

#define CR_SAME(a, b) ((a) == (b))
#define CR_EQ_int CR_SAME
#define CR_EQ_i64 CR_SAME
#define CR_EQ_sz CR_SAME
#define CR_EQ_ptr CR_SAME
#define CR_EQ_str(a, b) (!strcmp(a, b))
#define eq(type, a, b) (CR_EQ_##type(a, b))
#define ne(type, a, b) (!CR_EQ_##type(a, b))
#define not(a) (!(a))

#endif
