import { verifyNotation } from '../conformance/verify-notation.ts';
import { IMAGE, REPOSITORY } from '../forge/notation.ts';
import type { OnDisk } from './disk.ts';

/** What the program says: `pass`, the reason of the finding that is worst, or `wrong input`; and why. */
export async function askOurs(
  { config, layout }: OnDisk,
  allow: readonly string[] = [],
  offline = false,
): Promise<{ said: string; why: string }> {
  const image = `${REPOSITORY}@${IMAGE.digest}`;
  try {
    const findings = await verifyNotation({ config, layout, image, allow, offline });
    const [first] = findings;
    const why = findings.map(({ message }) => message).join('; ');
    return { said: first?.status === 'pass' ? 'pass' : (first?.reason ?? 'nothing'), why };
  } catch (cause) {
    return { said: 'wrong input', why: cause instanceof Error ? cause.message : String(cause) };
  }
}
