/** Loaded before the script of a service: `kill -9` of the demo closes the channel between them, and nothing else tells the service. */
process.once('disconnect', () => process.exit(1));
// The channel alone keeps no service from ending by itself.
process.channel?.unref();
