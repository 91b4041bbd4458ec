import { TransactionControlError } from '../../index.js';

/** Strings, quoted names and comments: what is in them is no keyword and ends no statement. */
const OPAQUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)/g;
const CONTROL = /^\s*(?:BEGIN|COMMIT|END|ROLLBACK)\b/i;
/** Ends a savepoint of the handler's own, not the transaction. */
const TO_SAVEPOINT = /^\s*ROLLBACK(?:\s+TRANSACTION)?\s+TO\b/i;
const TRIGGER = /^\s*CREATE\s+(?:TEMP\s+|TEMPORARY\s+)?TRIGGER\b/i;
const MAY_CONTROL = /\b(?:BEGIN|COMMIT|END|ROLLBACK)\b/i;

/**
 * Refuses a statement that would end the transaction, before it does: rows would be kept without their checkpoint, and come again.
 *
 * @throws TransactionControlError
 */
export function refuseTransactionControl(sql: string): void {
  if (!MAY_CONTROL.test(sql)) return;
  let inTrigger = false;
  for (const statement of sql.replace(OPAQUE, ' ').split(';')) {
    if (inTrigger && /^\s*END\b/i.test(statement)) inTrigger = false;
    else if (TRIGGER.test(statement)) inTrigger = true;
    else if (CONTROL.test(statement) && !TO_SAVEPOINT.test(statement)) {
      throw new TransactionControlError(`The statement "${statement.trim()}" is refused: nothing was done.`);
    }
  }
}
