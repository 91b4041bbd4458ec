/** Loaded before the script of a child. */
import module from 'node:module';
import process from 'node:process';

/** Milliseconds: by then most have loaded what they need. */
const LOADED = 1_000;
// What Node has compiled is kept where NODE_COMPILE_CACHE says, for the next child. By itself it does so at the end of the process, and a
// child that is killed has none.
setTimeout(() => module.flushCompileCache(), LOADED).unref();

// Whoever starts it ends it, unless that is killed itself, as a test run or the demo may be: the system closes the channel between them then,
// and nothing else would tell the child, which would go on for ever.
const end = (): void => void process.kill(process.pid, 'SIGKILL');
process.once('disconnect', end);
// The channel alone keeps no child from ending by itself.
process.channel?.unref();
// It was closed before anybody listened.
if (!process.connected) end();
