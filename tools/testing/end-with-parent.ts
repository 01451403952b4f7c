// Jest's workers keep running when Jest is ended by a signal, and Jest when this run is: the channel to the parent then closes,
// and so does the channel of the watchdog for servers that a spec has started.
const end = () => process.exit(1);
process.on('disconnect', end);
// A worker lives by what comes through the channel; Jest itself has nothing to wait for there.
if (process.env['JEST_WORKER_ID'] === undefined) process.channel?.unref();
// Jest stops listening when a worker is done. A remaining listener would keep the channel open, and the worker alive.
else
  process.on('removeListener', () => {
    if (process.listenerCount('message') === 0) process.off('disconnect', end);
  });
