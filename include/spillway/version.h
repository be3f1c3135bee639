/* Spillway: version of the program and library. */
#ifndef SPILLWAY_VERSION_H
#define SPILLWAY_VERSION_H

#define SW_VERSION "0.2.0"

#endif
