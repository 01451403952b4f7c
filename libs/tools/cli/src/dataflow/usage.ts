export const DATAFLOW_USAGE = `Pipelines: checked and run in this process, or managed in a running app.

In this process, without any server:
  npx @nestjs-spark/cli dataflow validate FILE    checks a definition
  npx @nestjs-spark/cli dataflow test FILE        runs the tests in it
  npx @nestjs-spark/cli dataflow preview FILE     shows what each step makes of the first records (--limit 10)
  npx @nestjs-spark/cli dataflow run FILE         runs it until its source is read, or until Ctrl-C
      --once                             the same; refused where the source has no end
      --from beginning                   reads everything again, as a new generation
      --reset keep|beginning             what happens to the position when source or sink have changed
In a running app (--url, default http://127.0.0.1:5005; --json; token in SPARK_OPERATOR_TOKEN):
  npx @nestjs-spark/cli dataflow plan FILE        what apply would change
  npx @nestjs-spark/cli dataflow apply FILE       creates or changes the pipeline (--reset keep|beginning)
  npx @nestjs-spark/cli dataflow list
  npx @nestjs-spark/cli dataflow get|start|stop|pause|resume|delete|letters ID
      --force                            deletes it even while it runs

A definition can name files below SPARK_PIPELINES_FILES; without that, below its own folder. run keeps its
state in the folder run/ID of SPARK_PIPELINES_DIR (.spark/pipelines); an app does not see it.
Exit codes: 0 done, 1 failed or run --once was stopped before the end, 2 the definition or the command is
refused, 3 the app cannot be reached.
`;
