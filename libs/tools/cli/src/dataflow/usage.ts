export const DATAFLOW_USAGE = `Pipelines: checked and run in this process, or managed at an app that runs.

In this process, without any server:
  nestjs-spark dataflow validate FILE    checks a definition
  nestjs-spark dataflow test FILE        runs the tests in it
  nestjs-spark dataflow preview FILE     shows what each step makes of the first records (--limit 10)
  nestjs-spark dataflow run FILE         runs it until its source is read, or until Ctrl-C
      --once                             the same; refused where the source has no end
      --from beginning                   reads everything again, as a new generation
      --reset keep|beginning             what becomes of the position when source or sink have changed
At an app (--url, default http://127.0.0.1:5005; --json; token in SPARK_OPERATOR_TOKEN):
  nestjs-spark dataflow plan FILE        what apply would change
  nestjs-spark dataflow apply FILE       creates or changes the pipeline (--reset keep|beginning)
  nestjs-spark dataflow list
  nestjs-spark dataflow get|start|stop|pause|resume|delete|letters ID
      --force                            deletes one that runs

A definition can name files below SPARK_PIPELINES_FILES; without that, below its own folder. What pipelines know is in
SPARK_PIPELINES_DIR (.spark/pipelines).
Exit codes: 0 done, 1 failed, 2 the definition or the command is refused, 3 the app cannot be reached.
`;
