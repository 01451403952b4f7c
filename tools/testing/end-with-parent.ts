// Jest's workers go on when Jest is ended by a signal, and Jest when this run is: the channel to the parent closes then, and
// so does the watchdog's of the servers that a spec has started.
process.once('disconnect', () => process.exit(1));
// To wait for that alone is no reason to stay.
process.channel?.unref();
