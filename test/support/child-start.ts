/** Loaded before the script of a child. */
import module from 'node:module';
import process from 'node:process';

/** Milliseconds: by then most have loaded what they need. */
const LOADED = 1_000;
/** Milliseconds between two looks. */
const LOOK = 1_000;

// What Node has compiled is kept where NODE_COMPILE_CACHE says, for the next child. By itself it does so at the end of the process, and a
// child that is killed has none.
setTimeout(() => module.flushCompileCache(), LOADED).unref();

// Whoever starts it ends it, unless that is killed itself, as a test run may be: then it would go on for ever.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, LOOK).unref();
