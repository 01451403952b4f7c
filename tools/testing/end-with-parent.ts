// Jest's workers keep running when Jest is ended by a signal, and Jest when this run is: the channel to the parent closes then, and
// so does the watchdog's of the servers that a spec has started.
const end = () => process.exit(1);
process.on('disconnect', end);
// A worker lives by what comes through the channel; Jest itself has nothing to wait for there.
if (process.env['JEST_WORKER_ID'] === undefined) process.channel?.unref();
// Jest stops listening when a worker is done. A listener that stays keeps the channel open, and with it the worker.
else
  process.on('removeListener', () => {
    if (process.listenerCount('message') === 0) process.off('disconnect', end);
  });
