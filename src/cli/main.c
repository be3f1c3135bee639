/* spillway, the program. */
#include "spillway/program.h"

int main(int argc, char **argv) {
  return sw_main(argc, argv, NULL);
}
