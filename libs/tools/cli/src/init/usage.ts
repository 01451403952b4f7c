export const INIT_USAGE = `Turns the Nest application in this folder into one that shares a collection, or keeps copies of one.

  npx @nestjs-spark/cli init share Order --with Billing [options]      orders of its own, which Billing may copy
  npx @nestjs-spark/cli init copy Orders --from Shop [options]         copies of Shop's orders

  --fields LIST          the class's fields, e.g. sku,amount:number (types: string, number, boolean; default: name)
  --with NAME,NAME       share: the modules that may copy; '*' is every authenticated module
  --from NAME            copy: the module that owns the documents
  --module NAME          this application's name among modules (default: from package.json)
  --store sqlite|ravendb where its documents are (default: sqlite, a file in .spark)
  --port N               the port that .env gives it (default: none)
  --dir DIR              the application's folder (default: this one)

Writes package.json, src/app.module.ts, src/main.ts, a file for the class, .env and .gitignore. Existing content stays, so the
command can be run again, for example for another class. Exit code 1: a file does not look as expected, and nothing was written.
`;
