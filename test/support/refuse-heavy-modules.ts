// Loaded before a command that must be quick: whatever it loads of Nest or of a driver ends it.
import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, nextLoad) {
    if (/@nestjs|better-sqlite3|node_modules\/mongodb|kafkajs|rocketmq/.test(url))
      throw new Error(`loaded ${url}`);
    return nextLoad(url, context);
  },
});
