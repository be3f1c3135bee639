/* A program that computes a study and says what the catalogue knows of its measures.
 *
 *   cc run_study.c $(pkg-config --cflags --libs spillway) -o run_study
 *   ./run_study STUDY.yaml OUT.h5         or: mpirun -n 4 ./run_study STUDY.yaml OUT.h5 */
#include <spillway/program.h>
#include <spillway/version.h>

#include <stdio.h>

static sw_status run(sw_error *err, sw_program *program, char **argv) {
  sw_run_options options = {.output = argv[2], .force = true};
  SW_TRY(sw_program_run(err, program, argv[1], &options));
  if (sw_program_rank(program) != 0) return SW_OK;
  printf("%s is computed by Spillway %s, which knows\n", argv[2], SW_VERSION);
  for (int i = 0; i < sw_measure_count(); i++)
    printf("  %-24s %s\n", sw_measure_at(i)->name, sw_measure_at(i)->title);
  return SW_OK;
}

int main(int argc, char **argv) {
  sw_error err = {0};
  sw_program *program = NULL;
  if (argc != 3) {
    fprintf(stderr, "usage: %s STUDY.yaml OUT.h5\n", argv[0]);
    return 2;
  }
  sw_status status = sw_program_start(&err, &argc, &argv, NULL, &program);
  if (status == SW_OK) status = run(&err, program, argv);
  if (status != SW_OK) fprintf(stderr, "%s\n", err.text);
  sw_program_stop(program);
  return status == SW_OK ? 0 : 1;
}
