/* Random numbers. Public, as measures draw them too. */
#ifndef SW_BASE_RNG_H
#define SW_BASE_RNG_H

#include "spillway/rng.h"

#endif
