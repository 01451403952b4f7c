// Jest's workers go on when Jest is ended by a signal, and Jest when this run is: the channel to the parent closes then, and
// so does the watchdog's of the servers that a spec has started.
process.once('disconnect', () => process.exit(1));
// A worker lives by what comes through the channel; Jest itself has nothing to wait for there.
if (process.env['JEST_WORKER_ID'] === undefined) process.channel?.unref();
