/** The commands about pipelines, for a help that says itself how they are typed. */
export const DATAFLOW_COMMANDS = `In this process, without any server:
  validate FILE             checks a definition
  test FILE                 runs the tests in it
  preview FILE              shows what each step makes of the first records
    --limit N               how many (default: 10)
  run FILE                  runs it until its source is read, or until Ctrl-C
    --once                  the same; refused where the source has no end
    --from beginning        reads everything again, as a new generation
    --reset keep|beginning  what happens to the position when source or sink have changed

In a running app, with the token in SPARK_OPERATOR_TOKEN:
  plan FILE                 what apply would change
  apply FILE                creates or changes the pipeline
    --reset keep|beginning  what happens to the position when source or sink have changed
  list                      all pipelines
  get ID                    one of them
  start|stop|pause|resume ID
  letters ID                its dead letters
  delete ID                 deletes it
    --force                 even while it runs
    --url URL               the app (default: http://127.0.0.1:5005); for each of these
    --json                  the answer as JSON; for each of these

A definition can name files below SPARK_PIPELINES_FILES; without that, below its own folder. run keeps its
state in the folder run/ID of SPARK_PIPELINES_DIR (.spark/pipelines); an app does not see it.
Exit codes: 0 done, 1 failed or run --once was stopped before the end, 2 the definition or the command is
refused, 3 the app cannot be reached.
`;

export const DATAFLOW_USAGE = `Pipelines: checked and run in this process, or managed in a running app.

  npx @nestjs-spark/cli dataflow COMMAND

${DATAFLOW_COMMANDS}`;
