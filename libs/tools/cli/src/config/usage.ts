export const CONFIG_USAGE = `The settings of a module, changed without a restart.

  npx @nestjs-spark/cli config get --module Fleet                      the settings in use, and where each comes from
  npx @nestjs-spark/cli config get batchDocuments --module Fleet       one of them
  npx @nestjs-spark/cli config set batchDocuments=512 --module Fleet   sets it for all instances of Fleet
  npx @nestjs-spark/cli config set batchDocuments= --module Fleet      removes the central value
  npx @nestjs-spark/cli config history --module Fleet                  the versions, newest first
  npx @nestjs-spark/cli config rollback --module Fleet                 restores the values of the previous version
  npx @nestjs-spark/cli config rollback 3 --module Fleet               restores the values of version 3

A value is written as in its variable: retrySeconds=2,10,30. Several are set together, or not at all. An option in the code and an
environment variable override the central value; the answer says so.

  --module NAME   the module to ask, with its operator token
  --url URL       its address (default: as registered, looked up by SPARK_MODULES_URLS, RAVENDB_URLS or NATS_URL)
  --token TOKEN   its operator token (default: SPARK_OPERATOR_TOKEN)
  --json          the answer as JSON

Exit codes: 0 success, 1 it could not be done, 2 wrong usage.
`;
