import { Global, Module } from '@nestjs/common';
import { readOrderConfig } from './order-config.js';

const ORDER_CONFIG = Symbol('order-config');

export function getOrderConfigToken(): symbol {
  return ORDER_CONFIG;
}

/** The app's options for whoever asks for them, read once from the environment. */
@Global()
@Module({
  providers: [{ provide: ORDER_CONFIG, useFactory: () => readOrderConfig(process.env) }],
  exports: [ORDER_CONFIG],
})
export class OrderConfigModule {}
