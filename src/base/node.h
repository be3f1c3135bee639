/* The tree of a study file. Public, as measures read it too. */
#ifndef SW_BASE_NODE_H
#define SW_BASE_NODE_H

#include "spillway/node.h"

#endif
