/* The program `spillway`: sw_main without measures of its own. A program with own measures has such
 * a file, too (spillway/program.h). */
#include "spillway/program.h"

int main(int argc, char **argv) {
  return sw_main(argc, argv, NULL);
}
