/**
 * Loaded before the script of a child: what Node has compiled by then is kept where NODE_COMPILE_CACHE says, for the next child. By itself it
 * does so at the end of the process, and a child that is killed has none.
 */
import module from 'node:module';

/** Milliseconds: by then most have loaded what they need. */
const LOADED = 1_000;

setTimeout(() => module.flushCompileCache(), LOADED).unref();
