import { verifyNotationCommand } from './verify-notation.ts';

try {
  await verifyNotationCommand(process.argv.slice(2));
} catch (cause) {
  process.stderr.write(
    `${(cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ')}\n`,
  );
  process.exitCode = 1;
}
